# An exception that nobody catches: a traceback on stderr, exit code 1, and destructors still run.
class Local:
    def __del__(self):
        print('del local')


class Account:
    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError(f'cannot withdraw {amount}')
        self.balance -= amount


def process(account, amounts):
    local = Local()
    for amount in amounts:
        account.withdraw(amount)


print('start')
process(Account(100), [30, 50, 70])
print('not reached')
