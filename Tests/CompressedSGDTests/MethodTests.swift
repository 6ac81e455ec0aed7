import Testing

@testable import CompressedSGD

@Suite struct MethodTests {
    @Test(arguments: MethodName.allCases)
    func `every method keeps the contract`(name: MethodName) throws {
        switch name {
        case .sgd:
            try MethodContract(
                isSampledSGDWithoutCompression: true, floor: 1e-20, bitsPerMessage: { 64 * $0 }
            ) { _, compressor in
                SGD(dimension: compressor.dimension)
            }.verify()
        case .compressedSGD:
            try MethodContract(isSampledSGDWithoutCompression: true) { _, compressor in
                CompressedSGDMethod(compressor: compressor)
            }.verify()
        case .ec:
            try MethodContract(isSampledSGDWithoutCompression: true, floor: 1e-2) {
                ErrorCompensation(clients: $0.clients, compressor: $1)
            }.verify()
        case .ef21:
            try MethodContract(floor: 1e-20, initialGradients: 1) {
                EF21(clients: $0.clients, compressor: $1)
            }.verify()
        case .ef21SGDM:
            try MethodContract(floor: 1e-20, initialGradients: 1) {
                EF21SGDM(clients: $0.clients, beta: 1, compressor: $1)
            }.verify()
            try MethodContract(isSGDWithoutCompression: false, floor: 1e-20, initialGradients: 1) {
                EF21SGDM(clients: $0.clients, beta: 0.2, compressor: $1)
            }.verify()
        case .ecIdeal:
            try MethodContract(floor: 1e-20) { problem, compressor in
                let optimum = problem.optimum()?.point ?? Vector(zeros: problem.dimension)
                return ECIdeal(problem: problem, optimum: optimum, compressor: compressor)
            }.verify()
            try Self.verifyIdeal()
        case .diana:
            for alpha in [nil, 0, 0.3, 1] {
                try MethodContract(
                    isSymmetric: false, isIndifferentToPadding: false,
                    floor: alpha == nil || alpha == 0.3 ? 1e-20 : nil,
                    initialGradients: 1
                ) {
                    Diana(clients: $0.clients, alpha: alpha, compressor: Self.unbiased($1))
                }.verify()
            }
        case .dianaEC:
            for alpha in [0, 0.5, 1] {
                try MethodContract(
                    floor: alpha > 0 ? 1e-20 : nil, initialGradients: 1,
                    bitsPerMessage: { 2 * Self.sparseBits(min(2, $0), of: $0) }
                ) {
                    DianaEC(clients: $0.clients, alpha: alpha, compressor: $1)
                }.verify()
            }
        case .sketchedSGD:
            try MethodContract(
                isIndifferentToPadding: false,
                bitsPerMessage: { 64 * (24 + min(8, $0)) },
                bitsDownPerRound: { d, n in
                    n * (32 + Self.packed(min(8, d), of: d) + Self.sparseBits(min(2, d), of: d))
                }
            ) {
                SketchedSGD(
                    clients: $0.clients, momentum: 0, candidates: 4, aggregation: .mean,
                    compressor: Self.linear($1))
            }.verify()
            try MethodContract(
                isIndifferentToPadding: false,
                bitsPerMessage: { _ in 64 * 24 },
                bitsDownPerRound: { d, n in n * Self.sparseBits(min(2, d), of: d) }
            ) {
                SketchedSGD(
                    clients: $0.clients, momentum: 0, candidates: nil, aggregation: .mean,
                    compressor: Self.linear($1))
            }.verify()
            try MethodContract(
                isSGDWithoutCompression: false, isIndifferentToPadding: false,
                bitsPerMessage: { 64 * (24 + min(2, $0)) },
                bitsDownPerRound: { d, n in
                    n * (32 + Self.packed(min(2, d), of: d) + Self.sparseBits(min(2, d), of: d))
                }
            ) {
                HeavyMix(clients: $0.clients, offset: nil, seed: 3, compressor: Self.linear($1))
            }.verify()
        case .trueTopK:
            try MethodContract(
                bitsPerMessage: { 64 * $0 },
                bitsDownPerRound: { d, n in n * Self.sparseBits(min(2, d), of: d) }
            ) {
                TrueTopK(
                    clients: $0.clients, momentum: 0, aggregation: .mean, compressor: Self.topK($1))
            }.verify()
        case .localTopK:
            try MethodContract(
                bitsDownBetween: { d, n in
                    let most = min(64 * d, Self.sparseBits(min(2 * n, d), of: d))
                    return min(64 * d, Self.sparseBits(0, of: d)) * n...most * n
                }
            ) {
                LocalTopK(
                    clients: $0.clients, momentum: 0, aggregation: .mean, compressor: Self.topK($1))
            }.verify()
        case .localPK:
            try MethodContract(
                bitsPerMessage: { Self.sparseBits(min(8, $0), of: $0) },
                bitsDownPerRound: { d, n in n * Self.sparseBits(min(2, d), of: d) }
            ) {
                LocalPK(
                    clients: $0.clients, momentum: 0, k: Self.topK($1).k, aggregation: .mean,
                    compressor: TopK(k: 4 * Self.topK($1).k, dimension: $1.dimension))
            }.verify()
        case .fetchSGD:
            for update in FetchSGD.ErrorUpdate.allCases {
                try MethodContract(
                    isIndifferentToPadding: false,
                    bitsPerMessage: { _ in 64 * 24 },
                    bitsDownPerRound: { d, n in n * Self.sparseBits(min(2, d), of: d) }
                ) { _, compressor in
                    FetchSGD(momentum: 0, update: update, compressor: Self.linear(compressor))
                }.verify()
            }
        case .econtrol:
            for eta in [nil, 0, 0.3, 1] {
                // Without η it is δ, which is k/d.
                try MethodContract(
                    isIndifferentToPadding: eta != nil, floor: eta == 1 ? nil : 1e-20,
                    initialGradients: 1
                ) {
                    EControl(clients: $0.clients, eta: eta, compressor: $1)
                }.verify()
            }
        }
    }

    /// At rest at the solution, and SGD without compression.
    private static func verifyIdeal() throws {
        let problem = LeastSquares(clients: 5, dimension: 20, zeta: 1, sigma: 0, seed: 2)
        let optimum = try #require(problem.optimum())
        for compressor: any ContractiveCompressor in [
            Identity(dimension: 20), TopK(k: 3, dimension: 20),
        ] {
            let method = ECIdeal(problem: problem, optimum: optimum.point, compressor: compressor)
            let sgd = SGD(dimension: 20)
            let exchange = Exchange(problem: problem)
            for round in 0..<3000 {
                try method.round(round, stepSize: 0.05, over: exchange)
                try sgd.round(round, stepSize: 0.05, over: exchange)
                guard compressor is Identity else { continue }
                for j in 0..<20 { #expect((method.iterate[j] - sgd.iterate[j]).magnitude < 1e-13) }
            }
            let distance = method.iterate
            distance.subtract(optimum.point)
            #expect(distance.normSquared < 1e-24)
        }
    }

    /// A compressor without bias whose messages are as long.
    private static func unbiased(_ compressor: any Compressor) -> any UnbiasedCompressor {
        guard let topK = compressor as? TopK else {
            return Identity(dimension: compressor.dimension)
        }
        return ScaledRandomK(k: topK.k, dimension: topK.dimension, seed: 1)
    }

    /// A sketch with 24 cells and the same k; without compression, none.
    private static func linear(_ compressor: any Compressor) -> any LinearCompressor {
        guard let topK = compressor as? TopK, topK.k < 3, topK.dimension > 0 else {
            return Identity(dimension: compressor.dimension)
        }
        return CountSketch(
            rows: 3, columns: 8, k: topK.k, dimension: topK.dimension, seed: 5)
    }

    /// Top-k as it is; without compression, of all.
    private static func topK(_ compressor: any Compressor) -> TopK {
        compressor as? TopK ?? TopK(k: compressor.dimension, dimension: compressor.dimension)
    }

    private static func packed(_ count: Int, of dimension: Int) -> Int {
        (count * TopK.indexWidth(dimension: dimension) + 7) / 8 * 8
    }

    private static func sparseBits(_ count: Int, of dimension: Int) -> Int {
        32 + 64 * count + packed(count, of: dimension)
    }

    @Test func `econtrol gives the exact trace`() throws {
        let problem = Quadratics(centres: [[4, 0, -2, 1], [-2, 3, 0, 1]])
        let method = EControl(
            clients: 2, eta: 0.25, compressor: TopK(k: 1, dimension: 4))
        let exchange = Exchange(problem: problem)
        try method.start(over: exchange)
        let expected: [[Double]] = [
            [0.5, 0.75, -0.5, 0.5], [1, 1.125, -1, 1], [0.9375, 1.5, -1.5, 1.5],
            [0.875, 1.875, -1.0625, 2], [0.8125, 2.25, -0.625, 1.125],
        ]
        for (round, iterate) in expected.enumerated() {
            try method.round(round, stepSize: 0.5, over: exchange)
            #expect(method.iterate.elements == iterate)
        }
    }

    @Test(arguments: [0.01, 0.1, 0.25])
    func `compressed sgd diverges on Beznosikov's functions as the formula says`(
        stepSize: Double
    ) throws {
        let method = CompressedSGDMethod(compressor: TopK(k: 1, dimension: 3))
        let problem = TurnedQuadratics(clients: 3)
        method.iterate.assign(try #require(problem.start))
        let exchange = Exchange(problem: problem)
        var expected = 1.0
        for round in 0..<50 {
            try method.round(round, stepSize: stepSize, over: exchange)
            expected *= 1 + 11 * stepSize / 6
            for j in 0..<3 {
                #expect((method.iterate[j] / expected - 1).magnitude < 1e-12)
            }
        }
    }

    @Test func `methods with feedback converge on Beznosikov's functions`() throws {
        let compressor = TopK(k: 1, dimension: 3)
        for method: any Method in [
            ErrorCompensation(clients: 3, compressor: compressor),
            EF21(clients: 3, compressor: compressor),
            EControl(clients: 3, eta: nil, compressor: compressor),
        ] {
            for j in 0..<3 { method.iterate[j] = 1 }
            let exchange = Exchange(problem: TurnedQuadratics(clients: 3))
            try method.start(over: exchange)
            for round in 0..<20_000 { try method.round(round, stepSize: 0.005, over: exchange) }
            #expect(method.iterate.normSquared < 1e-10, "\(method.name)")
        }
    }
}
