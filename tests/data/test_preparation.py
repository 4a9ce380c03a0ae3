import time

from infogan_tf.data.preparation import in_parallel


def test_results_come_in_order_and_few_items_are_held():
    taken = []

    def items():
        for number in range(1000):
            taken.append(number)
            yield number

    def negate(number):
        time.sleep(0.001 * (number % 3 == 0))
        return -number

    results = in_parallel(negate, items())
    assert next(results) == 0
    assert len(taken) < 500
    assert list(results) == [-number for number in range(1, 1000)]
