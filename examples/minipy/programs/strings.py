# Strings, numbers, and f-strings.
name = 'World'
print(f'Hello {name}!', f'{name!r:>10}|', f'{name:<8}|{name:^9}|{name:*>7}')
print(f'{3.14159:.2f} {1234567:,} {255:x} {255:#b} {5:03d} {0.25:.0%} {1e10:g} {42:+d} {-7:05d}')
width = 6
print(f'{"x":>{width}}|{1/3:{width}.3f}|{{}}|{name=}|{1 + 1 = }')
print('%s is %d years and %.1f%% %r' % ('Ada', 36, 99.5, 'q'), '%5s|%-5s|%05d' % ('a', 'b', 42))
print('{} {} {x:>4}'.format('a', 'b', x=1), '{0!r} {1:.1f} {0}'.format('a', 2.25), '{{}}'.format())
text = 'The quick brown fox'
print(text.upper(), text.lower(), text.split(), text.replace('quick', 'slow'), len(text))
print(text[4:9], text[-3:], text[::-1], text.find('brown'), text.count('o'), text.index('q'))
print('  pad '.strip() + '|', 'x,y,,z'.split(','), '-'.join('abc'), 'ab' * 3, 'b' in 'abc')
print('abc'.startswith('ab'), 'abc'.endswith(('x', 'c')), 'a'.isalpha(), '12'.isdigit(), 'title case'.title())
print('7'.zfill(3), 'a'.ljust(4) + '|', 'a'.rjust(4), 'abc'.center(8, '.'))
print(repr("it's"), repr('say "hi"'), repr('tab\t nl\n back\\ '), 'é', len('é'))
print(ord('a'), chr(98), 'a' < 'b', max('hello'), sorted('hello'), 'one\ntwo'.splitlines())
print(7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 / 2, 2 ** 10, 2 ** -1, divmod(-7, 2), abs(-3), 1 << 10, 255 >> 4, 6 & 3, 6 | 3, 6 ^ 3, ~5)
print(1.0, 1e16, 1e-5, 0.1 + 0.2, 1.5e300 * 1e10, 100.0, 1 / 3, float('inf'), -0.0, 123456789.123)
print(int('42'), int(3.9), int('ff', 16), float('1.5'), str(None), bool(0), round(2.5), round(3.7), round(2.675, 2))
print(True + 1, True == 1, isinstance(True, int), 1 == 1.0, hash(1) == hash(1.0), 1 < 2 < 3, 3 > 2 > 2)
print(hex(255), bin(5), oct(8), 10 ** 15, 9007199254740993, -5 ** 2, type(1), type('s'), type(1.5), type(None))
a, b = 1, 2
a, b = b, a
print(a, b, 'yes' if a > b else 'no', (lambda *args, **kw: (args, kw))(1, 2, x=3))
print('multi', 'args', sep='-', end='!\n')
print('concat' 'enated', """triple
quoted""", r'raw\n', '\x41\u00e9')
