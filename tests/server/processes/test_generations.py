from enfilade.server.processes.generations import Generations


def test_a_reload_that_proves_itself_replaces_the_one_before():
    generations = Generations(proven=True)
    assert generations.begin()
    assert (generations.previous, generations.current, generations.proven) == (0, 1, False)


def test_a_reload_that_fails_goes_back():
    generations = Generations(proven=True)
    generations.begin()
    generations.give_up()
    assert (generations.current, generations.proven) == (0, True)


def test_a_number_is_never_used_twice():
    generations = Generations(proven=True)
    generations.begin()
    generations.give_up()
    generations.begin()
    assert generations.current == 2


def test_what_is_asked_for_during_a_try_waits_and_is_asked_once():
    generations = Generations()
    assert not generations.begin()
    assert not generations.begin()
    assert generations.asked_again()
    assert not generations.asked_again()
