"""What people have to say about the numbers. Keys are those of the claims."""

INTRODUCTION = """
# The two papers, reproduced

*EControl: Fast Distributed Optimization with Compression and Error Control* (Gao, Islamov, Stich, ICLR
2024) and *Communication-efficient Distributed SGD with Sketching* (Ivkin, Rothchild, Ullah, Braverman,
Stoica, Arora, NeurIPS 2019), each claim as a sweep file that anyone can run, and what came out.
"""

PARTS = {
    "E": ("EControl", "The sweeps are in [`sweeps/econtrol`](../sweeps/econtrol)."),
    "S": ("Sketched-SGD", "The sweeps are in [`sweeps/sketched-sgd`](../sweeps/sketched-sgd)."),
    "B": ("Beyond both papers", "The sweeps are in [`sweeps/beyond`](../sweeps/beyond)."),
}

NOTES = {}
