import CompressedSGD
import SweepCore

extension DistributedSGDExperiment {
    /// Combinations that no trial can run: what a method needs and a compressor does not promise.
    static let constraints: [Constraint] =
        contraction + noBias + linearity + topK + hashes + data + networks + precisions
        + theory

    private static let hashes: [Constraint] = [
        Constraint(
            [
                ("compressor.reseed", .isOneOf([.text(CountSketch.Reseed.round.rawValue)])),
                ("compressor.hash", .isOneOf([.text(SketchHashFamily.csvec.rawValue)])),
            ],
            reason: "reseed: round draws other hash functions in each round, and hash: csvec has "
                + "one set")
    ]

    /// What problems on rows need, and what a regulariser that is not convex rules out.
    private static let data: [Constraint] =
        [
            missingData(.logisticRegression, "data/digits-odd.libsvm"),
            missingData(.softmaxRegression, "data/digits.libsvm"),
            missingData(.mlp, "data/digits.libsvm"),
            missingData(.cnn, "data/digits.libsvm"),
        ]
        + [
            ProblemName.leastSquares, .turnedQuadratics, .logisticRegression, .mlp, .cnn,
        ].map { problem in
            Constraint(
                [
                    ("intercept", .isOneOf([.flag(true)])),
                    ("problem", .isOneOf([.text(problem.rawValue)])),
                ],
                reason: "intercept: true is for problem: softmax-regression, and problem: "
                    + "\(problem.rawValue) has no such choice")
        }
        + [
            Constraint(
                [
                    ("method", .isOneOf([.text(MethodName.ecIdeal.rawValue)])), nonconvex,
                    ("problem", .isOneOf(onRows)),
                ],
                reason: "method: ec-ideal needs the solution, and with regulariser: nonconvex none "
                    + "is known; use regulariser: l2"),
            Constraint(
                [
                    ("method", .isOneOf([.text(MethodName.ecIdeal.rawValue)])),
                    ("lambda", .isBetween(0, 0)), ("problem", .isOneOf(onRows)),
                ],
                reason: "method: ec-ideal needs the solution, and with lambda: 0 none is sought; "
                    + "take a lambda above 0"),
            Constraint(
                [
                    ("batch", .isBetween(1, .infinity)),
                    ("problem", .isOneOf([.text(ProblemName.turnedQuadratics.rawValue)])),
                ],
                reason: "problem: turned-quadratics has no rows to draw from and no noise; leave "
                    + "batch at full"),
            Constraint(
                [
                    ("batch", .isBetween(1, .infinity)),
                    ("problem", .isOneOf([.text(ProblemName.leastSquares.rawValue)])),
                ],
                reason: "problem: least-squares has no rows to draw from; leave batch at full, and "
                    + "set sigma for noise"),
            Constraint(
                [
                    (
                        "compressor.levels",
                        .isBetween(Double(Dithering.mostPowers + 1), .infinity)
                    ),
                    (
                        "compressor.spacing",
                        .isOneOf([.text(Dithering.Spacing.powersOfTwo.rawValue)])
                    ),
                ],
                reason: "spacing: powers-of-two has at most \(Dithering.mostPowers) levels"),
        ]

    /// What networks need, and what is known of convex problems only.
    private static let networks: [Constraint] =
        [
            Constraint(
                [
                    ("problem", .isOneOf([.text(ProblemName.mlp.rawValue)])),
                    ("layers", .isMissing),
                ],
                reason: "problem: mlp needs the widths of its layers; say for example "
                    + "layers: 64-32")
        ]
        + [ProblemName.mlp, .cnn].flatMap { problem in
            [
                Constraint(
                    [
                        ("method", .isOneOf([.text(MethodName.ecIdeal.rawValue)])),
                        ("problem", .isOneOf([.text(problem.rawValue)])),
                    ],
                    reason: "method: ec-ideal needs the solution, and of problem: "
                        + "\(problem.rawValue), which is not convex, none is known; use method: ec"),
                Constraint(
                    [
                        ("step-size", .isOneOf([.text("theory")])),
                        ("problem", .isOneOf([.text(problem.rawValue)])),
                    ],
                    reason: "step-size: theory needs the constant L, and of problem: "
                        + "\(problem.rawValue) none is known; give a number"),
            ]
        }

    private static let precisions: [Constraint] = [
        Constraint(
            [
                ("precision", .isOneOf([.text(Precision.single.rawValue)])),
                ("problem", .isOneOf([.text(ProblemName.turnedQuadratics.rawValue)])),
            ],
            reason: turnedQuadraticsAreDouble)
    ]

    /// Why the three functions on which compression fails have no other precision.
    static let turnedQuadraticsAreDouble =
        "precision: single is for sums over features and for drawn targets, and problem: "
        + "turned-quadratics has neither; leave precision at double"

    /// Where a regulariser is not convex.
    static let nonconvex: (column: String, condition: Constraint.Condition) = (
        "regulariser", .isOneOf([.text(Regulariser.Shape.nonconvex.rawValue)])
    )

    /// Problems with rows of data.
    static let onRows: [Value] = [
        .text(ProblemName.logisticRegression.rawValue),
        .text(ProblemName.softmaxRegression.rawValue),
    ]

    private static func missingData(_ problem: ProblemName, _ example: String) -> Constraint {
        Constraint(
            [
                ("problem", .isOneOf([.text(problem.rawValue)])),
                ("data", .isMissing),
            ],
            reason: "problem: \(problem.rawValue) needs a file of rows; name one, for example "
                + "data: \(example)")
    }

    /// Compressors with `scaled`, which decides between no bias and contraction.
    private static let scalable: [CompressorName] = [.randomK, .qsgd, .randomDithering]

    private static let contraction: [Constraint] = {
        let methods: [MethodName] = [.ecIdeal, .dianaEC, .ef21, .ef21SGDM, .econtrol]
        return methods.map { method in
            constraint(
                method, .hardThreshold, "needs a compressor that contracts", "does not contract")
        }
            + ([.ec] + methods).flatMap { method in
                scalable.map { compressor in
                    constraint(
                        method, compressor, "needs a compressor that contracts",
                        "with scaled: true does not", [scaled(true)])
                }
            }
    }()

    private static let noBias: [Constraint] = {
        let biased: [CompressorName] = [.topK, .hardThreshold, .scaledSign, .lowRank, .countSketch]
        return biased.map { compressor in
            constraint(.diana, compressor, "needs a compressor without bias", "has one")
        }
            + scalable.map { compressor in
                constraint(
                    .diana, compressor, "needs a compressor without bias",
                    "with scaled: false has one", [scaled(false)])
            }
    }()

    private static let linearity: [Constraint] = {
        let methods: [MethodName] = [.sketchedSGD, .fetchSGD]
        let linear: [CompressorName] = [.identity, .countSketch]
        let others = CompressorName.allCases.filter { !linear.contains($0) }
        return methods.flatMap { method in
            others.map { compressor in
                constraint(
                    method, compressor,
                    "needs a compressor whose messages add up (count-sketch, identity)",
                    "is none")
            } + [
                constraint(
                    method, .countSketch, "sums tables at the server",
                    "with decode: client sends none",
                    [("compressor.decode", .isOneOf([.text("client")]))])
            ]
        } + [
            constraint(
                .fetchSGD, .countSketch,
                "keeps tables from round to round, so the hash functions must stay the same",
                "with reseed: round changes them",
                [("compressor.reseed", .isOneOf([.text("round")]))])
        ] + ofSums
    }()

    /// What EControl needs when the server keeps its tables.
    private static let ofSums: [Constraint] = {
        let atServer: (column: String, condition: Constraint.Condition) = (
            "method.feedback", .isOneOf([.text(FeedbackPlace.server.rawValue)])
        )
        let linear: [CompressorName] = [.identity, .countSketch]
        return CompressorName.allCases.filter { !linear.contains($0) }.map { compressor in
            constraint(
                .econtrol, compressor,
                "with feedback: server needs a compressor whose messages add up (count-sketch, "
                    + "identity)", "is none", [atServer])
        } + [
            constraint(
                .econtrol, .countSketch, "with feedback: server sums tables at the server",
                "with decode: client sends none",
                [atServer, ("compressor.decode", .isOneOf([.text("client")]))]),
            constraint(
                .econtrol, .countSketch,
                "with feedback: server keeps tables from round to round, so the hash functions "
                    + "must stay the same", "with reseed: round changes them",
                [atServer, ("compressor.reseed", .isOneOf([.text("round")]))]),
        ]
    }()

    private static let topK: [Constraint] = {
        let methods: [MethodName] = [.trueTopK, .localTopK, .localPK]
        return methods.flatMap { method in
            CompressorName.allCases.filter { $0 != .topK }.map { compressor in
                constraint(
                    method, compressor, "takes its k from compressor: top-k", "is another one")
            }
        }
    }()

    private static func scaled(
        _ value: Bool
    ) -> (column: String, condition: Constraint.Condition) {
        ("compressor.scaled", .isOneOf([.flag(value)]))
    }

    private static func constraint(
        _ method: MethodName, _ compressor: CompressorName, _ need: String, _ finding: String,
        _ more: [(column: String, condition: Constraint.Condition)] = []
    ) -> Constraint {
        Constraint(
            [
                ("method", .isOneOf([.text(method.rawValue)])),
                ("compressor", .isOneOf([.text(compressor.rawValue)])),
            ] + more,
            reason: "method: \(method.rawValue) \(need), and compressor: \(compressor.rawValue) "
                + finding)
    }
}
