extension WrongFile {
    /// Files that are no sweep at all.
    static let form: [WrongFile] = [
        WrongFile(
            "empty", "",
            says:
                "s.yaml:1:1: the file is empty; a sweep file starts with 'sweep: NAME' and 'experiment: NAME'"
        ),
        WrongFile(
            "only a comment", "# nothing\n",
            says:
                "s.yaml:1:1: the file is empty; a sweep file starts with 'sweep: NAME' and 'experiment: NAME'"
        ),
        WrongFile(
            "no map", "- 1\n",
            says:
                "s.yaml:1:1: expected a map, but found a list of 1; a sweep file starts with 'sweep: NAME' and 'experiment: NAME'"
        ),
        WrongFile(
            "tab", "sweep: s\naxes:\n\ta: [1]\n",
            says: "s.yaml:3:1: a tab cannot stand here; indent with spaces"),
        WrongFile(
            "unclosed list", "sweep: s\naxes: {a: [1, 2\nfixed: 3\n",
            says:
                "s.yaml:3:6: this is not YAML: did not find expected ',' or ']', while parsing a flow sequence that starts at 2:11"
        ),
        WrongFile(
            "two documents", "sweep: s\n---\nsweep: t\n",
            says: "s.yaml:2:1: a second document starts here (---); a sweep file holds one"),
        WrongFile(
            "NUL", "sweep: s\0\n",
            says:
                "s.yaml:1:9: this character is not allowed (control characters are not allowed); save the file as plain UTF-8 text"
        ),
        WrongFile(
            "repeated key", head + "axes:\n  a: [1]\n  b: [2]\n  a: [3]\n",
            says: "s.yaml:6:3: 'a' stands here and at 4:3; keep one of them"),
        WrongFile(
            "repeated key in one line", head + "fixed: {a: 1, \"a\": 2}\n",
            says: "s.yaml:3:15: 'a' stands here and at 3:9; keep one of them"),
        WrongFile(
            "key three times", head + "axes:\n  a: [1]\n  a: [2]\n  a: [3]\n",
            says: "s.yaml:5:3: 'a' stands here and at 4:3; keep one of them"),
        WrongFile(
            "merge key", head + "fixed: {<<: {x: 1}}\n",
            says: "s.yaml:3:9: merge keys (<<) are not read; write the entries out"),
        WrongFile(
            "tag", head + "fixed: {x: !!int 5}\n",
            says:
                "s.yaml:3:12: tags such as 'tag:yaml.org,2002:int' are not read; the parameter's own type decides"
        ),
        WrongFile(
            "a list as key", head + "fixed: {[1,2]: 3}\n",
            says: "s.yaml:3:9: a key must be a word, not a list of 2"),
        WrongFile(
            "alias without anchor", head + "fixed: {x: *q}\n",
            says:
                "s.yaml:3:12: this alias (*name) names no anchor (&name) before it; quote it if it is text"
        ),
    ]

    /// Wrong keys and names.
    static let names: [WrongFile] = [
        WrongFile(
            "unknown keys", "sweeep: s\nexperiment: everything\naxis: {}\n",
            says:
                "s.yaml:1:1: unknown key 'sweeep': did you mean 'sweep'?\ns.yaml:3:1: unknown key 'axis': did you mean 'axes'?"
        ),
        WrongFile(
            "no experiment", "sweep: s\n",
            says:
                "s.yaml:1:1: the key 'experiment' is missing; write 'experiment: NAME', one of distributed-sgd, command or everything"
        ),
        WrongFile(
            "unknown experiment", "sweep: s\nexperiment: distributed-sdg\n",
            says:
                "s.yaml:2:13: unknown experiment 'distributed-sdg': did you mean 'distributed-sgd'?"
        ),
        WrongFile(
            "sweep name", "sweep: ../x\nexperiment: everything\n",
            says:
                "s.yaml:1:8: '../x' is no sweep name: expected letters, digits, '-', '_' and '.', not starting with '.' or '-', at most 100 of them"
        ),
        WrongFile(
            "unknown parameter", head + "axes: {flga: [true]}\n",
            says:
                "s.yaml:3:8: unknown parameter 'flga': did you mean 'flag'? (windrow experiments everything lists them)"
        ),
        WrongFile(
            "dotted parameter", head + "axes: {shape.w: [1]}",
            says: "s.yaml:3:8: 'shape.w' belongs into its kind: write 'shape: {kind: …, w: …}'"),
        WrongFile(
            "fixed and on an axis", head + "fixed: {x: 1}\naxes:\n  x: [2]\n",
            says: "s.yaml:5:3: 'x' is assigned here and at 3:9; keep one of them"),
        WrongFile(
            "required parameter", "sweep: s\nexperiment: distributed-sgd\n",
            says:
                "s.yaml:1:1: the parameter 'step-size' is not assigned: add it under 'fixed' or 'axes' (a number above 0)"
        ),
        WrongFile(
            "metric", head + "metric: {name: scroe, goal: minimise}\n",
            says:
                "s.yaml:3:16: unknown metric 'scroe': did you mean 'score'?\ns.yaml:3:29: unknown goal 'minimise': did you mean 'minimize'?"
        ),
        WrongFile(
            "metric without name", head + "metric: {goal: up}\n",
            says:
                "s.yaml:3:9: the metric has no name; write '{name: …, goal: minimize}' with one of score\ns.yaml:3:16: unknown goal 'up': expected minimize or maximize"
        ),
        WrongFile(
            "limits", head + "limits: {timeout: fast, attempts: 0, max-failure: 3}\n",
            says:
                "s.yaml:3:19: 'fast' is no duration; expected a duration such as 500ms, 90s, 10m or 2h\ns.yaml:3:35: 0 is out of bounds; expected a whole number from 1 to 1000\ns.yaml:3:38: unknown limit 'max-failure': did you mean 'max-failures'?"
        ),
        WrongFile(
            "tags", head + "requires: [gpu, GPU, gpu, [a]]\n",
            says: """
                s.yaml:3:17: 'GPU' is no tag of a worker; expected a-z, 0-9, '-', '_' and '.', at most 100 of them
                s.yaml:3:22: the tag 'gpu' stands twice; keep one
                s.yaml:3:27: a list of 1 is no tag of a worker; expected a-z, 0-9, '-', '_' and '.', at most 100 of them
                """),
        WrongFile(
            "priority", head + "priority: high\n",
            says:
                "s.yaml:3:11: 'high' is not a whole number; expected a whole number from -1000 to 1000"
        ),
        WrongFile(
            "priority beyond bounds", head + "priority: 1001\n",
            says:
                "s.yaml:3:11: 1001 is out of bounds; expected a whole number from -1000 to 1000"),
        WrongFile(
            "resources", head + "resources: {cpus: 0, memory: 4GB, gpu: 1}\n",
            says: """
                s.yaml:3:19: 0 is out of bounds; expected a whole number from 1 to 4096
                s.yaml:3:30: '4GB' is no amount of memory; expected an amount of memory such as 512MiB or 4GiB, from 1MiB to 1024TiB
                s.yaml:3:35: unknown resource 'gpu': did you mean 'gpus'?
                """),
        WrongFile(
            "little memory", head + "resources: {memory: 0.5MiB}\n",
            says:
                "s.yaml:3:21: '0.5MiB' is out of bounds; expected an amount of memory such as 512MiB or 4GiB, from 1MiB to 1024TiB"
        ),
        WrongFile(
            "timeout of nothing", head + "limits: {timeout: 0s}\n",
            says:
                "s.yaml:3:19: '0s' is out of bounds; expected a duration such as 500ms, 90s, 10m or 2h, above zero and at most a hundred years"
        ),
        WrongFile(
            "one column for two",
            "sweep: s\nexperiment: command\nfixed: {argv: [ls], x_y: 1, x-y: 2}\n",
            says: "s.yaml:3:29: 'x-y' and 'x_y' would share the column 'x_y'; rename one"),
        WrongFile(
            "undeclared names", "sweep: s\nexperiment: command\nfixed: {argv: [ls], zip: 3}\n",
            says:
                "s.yaml:3:21: 'zip' is no parameter name: expected letters, digits, '-' and '_', starting with a letter, at most 100 of them"
        ),
    ]

    /// Wrong values.
    static let values: [WrongFile] = [
        WrongFile(
            "no whole number", head + "axes: {a: [1, two, 3.0, 1e3, 1_000]}\n",
            says:
                "s.yaml:3:15: 'a': 'two' is not a whole number; expected a whole number from -1000000000000 to 1000000000000\ns.yaml:3:20: 'a': '3.0' is not written as a whole number; write 3\ns.yaml:3:25: 'a': '1e3' is not written as a whole number; write 1000\ns.yaml:3:30: 'a': '1_000': write numbers without '_': 1000"
        ),
        WrongFile(
            "beyond 2^53", head + "axes: {a: [9007199254740993, 99999999999999999999]}\n",
            says:
                "s.yaml:3:12: 'a': 9007199254740993 is beyond ±2^53, where numbers in a table lose digits\ns.yaml:3:30: 'a': 99999999999999999999 is beyond ±2^53, where numbers in a table lose digits"
        ),
        WrongFile(
            "not finite", head + "axes: {x: [nan, .inf, 1e999, 1e-400]}\n",
            says:
                "s.yaml:3:12: 'x': 'nan' is not a finite number; expected a number\ns.yaml:3:17: 'x': '.inf' is not a finite number; expected a number\ns.yaml:3:23: 'x': 1e999 is beyond the largest number, 1.8e308\ns.yaml:3:30: 'x': 1e-400 is closer to zero than 2.2e-308"
        ),
        WrongFile(
            "no number", head + "axes: {x: [0x10, 1_0.5, '', 12:30]}\n",
            says:
                "s.yaml:3:12: 'x': '0x10' is not a number; expected a number\ns.yaml:3:18: 'x': '1_0.5': write numbers without '_': 10.5\ns.yaml:3:25: 'x': '' is not a number; expected a number\ns.yaml:3:29: 'x': '12:30' is not a number; expected a number"
        ),
        WrongFile(
            "yes and no", head + "fixed: {flag: yes}\n",
            says: "s.yaml:3:15: 'flag': 'yes' is neither true nor false; write true or false"),
        WrongFile(
            "no value", head + "fixed: {flag: , text: ~, file: \"\"}\n",
            says:
                "s.yaml:3:15: 'flag': there is no value; expected true or false\ns.yaml:3:23: 'text': '~' is no value; expected a text, or '\"~\"' for text\ns.yaml:3:32: 'file': an empty text cannot be told from no value; write some text"
        ),
        WrongFile(
            "out of bounds",
            "sweep: s\nexperiment: distributed-sgd\nfixed: {step-size: 0, clients: 0, batch: ful, split: sortd}\n",
            says:
                "s.yaml:3:20: 'step-size': 0 is out of bounds; expected a number above 0\ns.yaml:3:32: 'clients': 0 is out of bounds; expected a whole number from 1 to 10000\ns.yaml:3:42: 'batch': unknown word 'ful': did you mean 'full'?\ns.yaml:3:54: 'split': unknown word 'sortd': did you mean 'sorted'?"
        ),
        WrongFile(
            "control characters", head + "fixed: {text: \"a\\rb\", file: \"a\\nb\"}\n",
            says:
                "s.yaml:3:15: 'text': a text cannot hold control characters other than line feeds (\\n) and tabs (\\t)\ns.yaml:3:29: 'file': a path cannot hold line breaks"
        ),
        WrongFile(
            "a list under fixed",
            head + "fixed: {x: [1, 2], shape: {kind: box, w: [1, 2]}, words: python}\n",
            says:
                "s.yaml:3:12: 'x' under 'fixed' needs one value, but found a list of 2; what varies belongs under 'axes'\ns.yaml:3:42: 'shape.w' needs one value here, but found a list of 2\ns.yaml:3:58: 'words' needs a list of words, such as [python3, train.py], but found 'python'"
        ),
    ]
}
