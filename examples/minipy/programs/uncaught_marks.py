# The markers under the failing part of a line, for many kinds of failure.
import sys


def run(function):
    try:
        function()
    except Exception as e:
        errors.append(e)


class Box:
    pass


errors = []
box, values, zero, nothing = Box(), {'a': [1, 2]}, 0, None
run(lambda: 1 + values['a'][0] / zero)
run(lambda: box.missing)
run(lambda: box.missing())
run(lambda: values['a'][5] + 1)
run(lambda: len(values, 1))
run(lambda: [x.y for x in [box]])
run(lambda: undefined_name + 1)
run(lambda: 'a' + 1)
run(lambda: values['b'])
run(lambda: -box)
run(lambda: nothing())
for number, error in enumerate(errors):
    print(number, type(error).__name__, error)


def last(depth):
    if depth == 0:
        total = values['a'][0] + (values['a'][1]  //  zero)
        return total
    return last(depth - 1) + depth


try:
    last(1)
finally:
    print('finally')
