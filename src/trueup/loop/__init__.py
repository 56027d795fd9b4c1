"""The loop: what came back, is the world still the same, what is to be done, and how does it reach traffic?

Pure: no clock, no chance, no IO. The rooms, in the order in which each may read the ones before it:

    feedback   what came back: when a window's truth is in
    monitor    is the world still the one the model was trained on, and how well does it do?
    decide     is anything to be done, and what?
    train      on which rows, by which recipe, blended and put right how?
    validate   is it really better, and allowed?
    deploy     how does it reach traffic, and come back?

`advance` is the heart that drives them: events in, actions out. `events`, `actions` and `policy` are what it hears,
wants and obeys; `state` is what it remembers, `step` one turn of it; `window` and `schema` are what all speak of.
"""
