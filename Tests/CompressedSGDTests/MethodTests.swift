import Testing

@testable import CompressedSGD

@Suite struct MethodTests {
    @Test(arguments: MethodName.allCases)
    func `every method keeps the contract`(name: MethodName) throws {
        switch name {
        case .sgd:
            try MethodContract(bitsPerMessage: { 64 * $0 }) { _, compressor in
                SGD(dimension: compressor.dimension)
            }.verify()
        case .compressedSGD:
            try MethodContract { _, compressor in
                CompressedSGDMethod(compressor: compressor)
            }.verify()
        case .ec:
            try MethodContract { ErrorCompensation(clients: $0, compressor: $1) }.verify()
        case .ef21:
            try MethodContract(initialGradients: 1) { EF21(clients: $0, compressor: $1) }.verify()
        case .ef21SGDM:
            try MethodContract(initialGradients: 1) {
                EF21SGDM(clients: $0, beta: 1, compressor: $1)
            }.verify()
            try MethodContract(isSGDWithoutCompression: false, initialGradients: 1) {
                EF21SGDM(clients: $0, beta: 0.2, compressor: $1)
            }.verify()
        case .econtrol:
            for eta in [nil, 0, 0.3, 1] {
                try MethodContract(initialGradients: 1) {
                    EControl(clients: $0, eta: eta, compressor: $1)
                }.verify()
            }
        }
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
        for j in 0..<3 { method.iterate[j] = 1 }
        let exchange = Exchange(problem: Beznosikov())
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
            let exchange = Exchange(problem: Beznosikov())
            try method.start(over: exchange)
            for round in 0..<20_000 { try method.round(round, stepSize: 0.005, over: exchange) }
            #expect(method.iterate.normSquared < 1e-10, "\(method.name)")
        }
    }
}
