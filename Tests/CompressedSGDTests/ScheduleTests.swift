import Foundation
import Testing

@testable import CompressedSGD

/// Step sizes, and who takes part.
@Suite struct ScheduleTests {
    @Test func `the cosine is that of the C library`() {
        for step in 0...10_000 {
            let x = Double(step) / 10_000
            #expect((StepSize.cosine(ofPi: x) - cos(Double.pi * x)).magnitude < 5e-16)
        }
        #expect(StepSize.cosine(ofPi: 0) == 1 && StepSize.cosine(ofPi: 1) == -1)
    }

    @Test func `schedules are their formulas`() {
        func size(_ schedule: StepSize.Schedule, _ round: Int) -> Double {
            StepSize(2, schedule, warmUp: 4, rounds: 14).at(round: round)
        }
        let all: [StepSize.Schedule] = [
            .constant, .linear(final: 0.5), .inverseTime(halving: 5), .cosine(final: 0),
            .step(every: 3, factor: 0.5),
        ]
        for schedule in all {
            #expect((0..<4).map { size(schedule, $0) } == [0.5, 1, 1.5, 2])
            #expect(size(schedule, 4) == 2)
        }
        #expect(size(.constant, 13) == 2)
        #expect(size(.linear(final: 0.5), 9) == 1.5)
        #expect(size(.inverseTime(halving: 5), 9) == 1)
        #expect((size(.cosine(final: 0), 9) - 1).magnitude < 1e-15)
        let steps = (4..<14).map { size(.step(every: 3, factor: 0.5), $0) }
        #expect(steps == [2, 2, 2, 1, 1, 1, 0.5, 0.5, 0.5, 0.25])
        #expect(StepSize.constant(0.1).at(round: 77) == 0.1)
    }

    @Test(arguments: [(0.01, 1), (0.3, 3), (0.25, 3), (1, 10)])
    func `so many different clients take part, all equally often`(fraction: Double, count: Int) {
        let sampling = ClientSampling(fraction: fraction, clients: 10, seed: 3)
        var participants: [Int] = []
        var loads = [Int](repeating: 0, count: 10)
        for round in 0..<1000 {
            sampling.draw(round: round, into: &participants)
            #expect(participants.count == count)
            #expect(zip(participants, participants.dropFirst()).allSatisfy { $0 < $1 })
            for client in participants { loads[client] += 1 }
        }
        #expect(loads.allSatisfy { abs($0 - 100 * count) < 90 })
    }

    @Test func `only those who take part send and pay, and the optimum is still found`() throws {
        let problem = LeastSquares(clients: 4, dimension: 6, zeta: 1, sigma: 0, seed: 1)
        for method: any Method in [
            EF21(clients: 4, compressor: TopK(k: 2, dimension: 6)),
            EControl(clients: 4, eta: 0, compressor: TopK(k: 2, dimension: 6)),
            Diana(
                clients: 4, alpha: nil, compressor: ScaledRandomK(k: 2, dimension: 6, seed: 1)),
        ] {
            let result = try Simulation(
                problem: problem, method: method,
                plan: .init(stepSize: .constant(0.01), rounds: 8000, logEvery: 8000),
                sampling: ClientSampling(fraction: 0.5, clients: 4, seed: 2)
            ).run()
            #expect(result.last.bitsDown == 8000 * 2 * 64 * 6)
            #expect(result.last.gradientEvaluations == 4 + 8000 * 2)
            #expect(result.last.gradientNormSquared < 1e-20, "\(method.name)")
        }
    }
}
