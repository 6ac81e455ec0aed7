extension WrongFile {
    /// Wrong axes.
    static let axes: [WrongFile] = [
        WrongFile(
            "repeated value", head + "axes: {x: [0.1, 2, 1e-1]}\n",
            says: "s.yaml:3:20: the axis 'x' has 0.1 twice, here and at 3:12; keep one"),
        WrongFile(
            "empty axes", head + "axes: {x: [], shape: [], a: {range: [5, 5]}}\n",
            says:
                "s.yaml:3:11: the axis 'x' is empty; write at least one value\ns.yaml:3:22: the axis 'shape' is empty; write at least one kind\ns.yaml:3:37: 'a': the range from 5 to below 5 is empty; the end is excluded"
        ),
        WrongFile(
            "a scalar as axis", head + "axes: {x: 5, shape: box}\n",
            says:
                "s.yaml:3:11: the axis 'x' needs a list, range, linear or log, but found '5'; a single value belongs under 'fixed'\ns.yaml:3:21: the axis 'shape' needs a list of kinds, but found 'box'; a single kind belongs under 'fixed'"
        ),
        WrongFile(
            "rules",
            head
                + "axes: {x: {lin: [0, 1, 5]}, y: {log: [0, 1, 5]}, a: {linear: [0, 10, 4]}, b: {log: [1, 10, 20]}, text: {range: [0, 3]}}\n",
            says:
                "s.yaml:3:12: unknown kind of axis 'lin': expected range, linear or log\ns.yaml:3:39: 'y': 0 is not above zero; log needs ends above it\ns.yaml:3:62: 'a': this axis does not fall on whole numbers, since 10 is no multiple of 3; ask for another count\ns.yaml:3:84: 'b': this axis gives 1 twice once rounded to whole numbers; ask for fewer values\ns.yaml:3:105: 'text' takes a text, so it cannot have a range; write a list"
        ),
        WrongFile(
            "arguments of rules",
            head
                + "axes: {x: {linear: [0, 1]}, y: {range: 3}, a: {range: [0, 3, 0]}, b: {range: [0, 20000000000]}}\n",
            says:
                "s.yaml:3:20: expected 'linear: [from, to, count]', but found a list of 2\ns.yaml:3:40: expected 'range: [from, below, step]', but found '3'\ns.yaml:3:62: 'a': a step of zero leads nowhere\ns.yaml:3:82: 'b': 19999999999 is out of bounds; expected a whole number from 0 to 10000000000"
        ),
        WrongFile(
            "kinds",
            head
                + "axes:\n  shape:\n    - {kind: bx}\n    - {kind: box, ww: 2}\n    - {kind: dot, r: 3}\n    - {w: 3}\n    - {kind: circle, x: 1}\n",
            says:
                "s.yaml:5:14: 'shape': unknown kind 'bx': did you mean 'box'?\ns.yaml:6:19: unknown parameter 'ww' of shape 'box': did you mean 'w'?\ns.yaml:7:19: unknown parameter 'r' of shape 'dot': there are none; circle or box has it\ns.yaml:8:7: 'shape' needs a kind here: write '{kind: …}' with one of dot, circle or box\ns.yaml:9:22: unknown parameter 'x' of shape 'circle': expected r; it is a parameter of the experiment and belongs under 'fixed' or 'axes'"
        ),
        WrongFile(
            "a kind twice", head + "axes: {shape: [dot, {kind: dot}]}\n",
            says:
                "s.yaml:3:21: the axis 'shape' has the same 'dot' twice, here and at 3:16; keep one"
        ),
        WrongFile(
            "kinds that overlap",
            head + "axes:\n  shape: [{kind: box, w: [1, 2]}, {kind: box, w: [2, 3]}]\n",
            says:
                "s.yaml:4:10: two entries of the kind 'box' of the axis 'shape' have a combination in common"
        ),
        WrongFile(
            "required parameter of a kind",
            "sweep: s\nexperiment: distributed-sgd\nfixed: {step-size: 1}\naxes: {compressor: [top-k]}\n",
            says:
                "s.yaml:4:21: the kind 'top-k' needs 'k': write '{kind: top-k, k: …}' (a whole number from 1 to 1000000)"
        ),
        WrongFile(
            "zip of unequal lengths", head + "axes:\n  zip: {a: [1, 2], x: [1, 2, 3]}\n",
            says:
                "s.yaml:4:8: 'a' has 2 values, but 'x', which moves together with it, has 3; give both as many"
        ),
        WrongFile(
            "zip with a repeated row", head + "axes:\n  zip: {a: [1, 2, 1], x: [1, 2, 1]}\n",
            says: "s.yaml:4:8: the axis 'a, x' has 1, 1 twice"),
        WrongFile(
            "random",
            head
                + "axes:\n  random: {seed: {integer: [0, 3]}, x: {log-uniform: [0, 1]}, a: {uniform: [0, 1]}, b: {integer: [5, 2]}, flag: {unifrm: [0, 1]}}\n",
            says:
                "s.yaml:4:11: the random axis does not say how many points: write 'samples: 100'\ns.yaml:4:18: 'seed' in a random axis is the seed of the drawing, a whole number; the parameter 'seed' can have an axis of its own\ns.yaml:4:55: 'x': log-uniform needs ends above zero, but this is 0\ns.yaml:4:67: 'a' takes a whole number from -1000000000000 to 1000000000000: use integer\ns.yaml:4:102: 'b': nothing lies between 5 and 2\ns.yaml:4:114: unknown distribution 'unifrm': did you mean 'uniform'?"
        ),
        WrongFile(
            "too few random points",
            head
                + "axes:\n  random: {samples: 10, a: {integer: [0, 2]}, flag: {choice: [true, false]}}\n",
            says:
                "s.yaml:4:11: the random axis over a, flag has fewer than 10 distinct points; ask for fewer samples"
        ),
        WrongFile(
            "words on an axis", head + "axes: {words: [ls]}\n",
            says: "s.yaml:3:8: 'words' is a list of words and belongs under 'fixed'"),
    ]

    /// Wrong exclusions.
    static let exclusions: [WrongFile] = [
        WrongFile(
            "values on no axis",
            head
                + "axes: {a: [1, 2], shape: [dot, box]}\nexclude:\n  - {a: 3}\n  - {b: 1}\n  - {shape: circle}\n  - {shape: {kind: box, w: 7}}\n  - {aa: 1}\n  - []\n",
            says:
                "s.yaml:5:9: this matches nothing: no axis has a 3; remove or mend it\ns.yaml:6:6: 'b' has no axis, so nothing can be excluded by it; the axes have a, shape, shape.r or shape.w\ns.yaml:7:13: this matches nothing: no axis has shape circle; remove or mend it\ns.yaml:8:13: this matches nothing: no axis has shape box with shape.w 7; remove or mend it\ns.yaml:9:6: unknown parameter 'aa': did you mean 'a'?\ns.yaml:10:5: expected a combination such as '{method: ec, split: sorted}', but found an empty list"
        ),
        WrongFile(
            "everything", head + "axes: {a: [1, 2]}\nexclude: [{a: [1, 2]}]\n",
            says: "s.yaml:4:10: every combination is excluded; nothing is left to run"),
        WrongFile(
            "values that never meet",
            head + "axes: {zip: {a: [1, 2], b: [1, 2]}}\nexclude: [{a: 1, b: 2}]\n",
            says:
                "s.yaml:4:11: this exclusion matches no combination of the axes; remove or mend it"),
    ]

    /// Wrong overrides.
    static let overrides: [WrongFile] = [
        WrongFile(
            "no assignment", head + "", ["x"],
            says: "override 'x': expected NAME=VALUE, such as step-size=0.1,0.01 or seed=range(0,3)"
        ),
        WrongFile(
            "unknown name", head + "", ["xx=3"],
            says:
                "override 'xx=3': unknown parameter 'xx': did you mean 'x'? (windrow experiments everything lists them)"
        ),
        WrongFile(
            "wrong value", head + "", ["x=abc,1"],
            says: "override 'x=abc,1': 'x': 'abc' is not a number; expected a number"),
        WrongFile(
            "twice", head + "", ["x=1", "x=2"],
            says: "override 'x=2': 'x' is overridden twice; keep one"),
        WrongFile(
            "unknown parameter of a kind", head + "", ["shape.q=1"],
            says: "override 'shape.q=1': unknown parameter 'q' of 'shape': expected h, r or w"),
        WrongFile(
            "no such kind here", head + "axes: {shape: [dot]}", ["shape.w=1"],
            says: "override 'shape.w=1': no kind of 'shape' in this sweep has 'w'; box has it"),
        WrongFile(
            "part of a zip", head + "axes: {zip: {a: [1], b: [2]}}", ["a=3"],
            says:
                "override 'a=3': 'a' moves together with others in a zip axis; change the file instead"
        ),
        WrongFile(
            "rule", head + "", ["x=log(0,1,3)"],
            says: "override 'x=log(0,1,3)': 'x': 0 is not above zero; log needs ends above it"),
        WrongFile(
            "open bracket", head + "", ["x=log(1,2"],
            says: "override 'x=log(1,2': the bracket of log( is not closed"),
        WrongFile(
            "open quote", head + "", ["text=\"a"],
            says: "override 'text=\"a': a quote is not closed"),
        WrongFile(
            "unknown limit", head + "", ["limits.attempt=5"],
            says: "override 'limits.attempt=5': unknown limit 'attempt': did you mean 'attempts'?"),
    ]
}
