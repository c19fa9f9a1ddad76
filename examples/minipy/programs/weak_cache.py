# A cache that does not keep its entries alive.
import weakref


class Image:
    loads = 0

    def __init__(self, path):
        Image.loads += 1
        self.path = path

    def __repr__(self):
        return f'Image({self.path!r})'


class Cache:
    def __init__(self, load):
        self.load = load
        self.entries = {}

    def __getitem__(self, key):
        entry = self.entries.get(key)
        value = entry() if entry is not None else None
        if value is None:
            value = self.load(key)
            self.entries[key] = weakref.ref(value, self.forget(key))
        return value

    def forget(self, key):
        entries = self.entries

        def callback(reference):
            if entries.get(key) is reference:
                del entries[key]
        return callback

    def __len__(self):
        return len(self.entries)

    def __contains__(self, key):
        return key in self.entries


cache = Cache(Image)
logo = cache['logo.png']
print(logo, cache['logo.png'] is logo, Image.loads, len(cache))
icons = [cache[f'icon{n}.png'] for n in range(4)]
print(icons, Image.loads, len(cache))
del icons[1:3]
print(len(cache), 'icon1.png' in cache, 'icon3.png' in cache)
icons.clear()
print(len(cache), cache['logo.png'] is logo)
del logo
print(len(cache), cache['logo.png'], len(cache), Image.loads)
