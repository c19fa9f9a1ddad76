# Chained exceptions, as they are printed.
class AppError(Exception):
    def __init__(self, message, code):
        super().__init__(message)
        self.code = code

    def __str__(self):
        return f'{self.args[0]} (code {self.code})'


def parse(text):
    try:
        return int(text)
    except ValueError as e:
        raise AppError('bad number', 7) from e


def handle(values):
    try:
        return values['key']
    except KeyError:
        return parse(values['other'] + 'x')


handle({'other': '12'})
