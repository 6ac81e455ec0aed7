import Testing

@testable import CompressedSGD

/// Whether gradients at points close by differ by no more than the problem's L says, and the mean's L
/// is no larger than the largest.
func expectSmooth(
    _ problem: any Problem, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let smoothness = try #require(problem.smoothness, sourceLocation: sourceLocation)
    let d = problem.dimension
    var random = RandomVectors(seed: 1)
    for _ in 0..<50 {
        let (x, step) = (random.normal(d), random.normal(d))
        step.divide(by: 1e4)
        let y = Vector(x.elements)
        y.add(step)
        for client in 0..<problem.clients {
            let (a, b) = (Vector(zeros: d), Vector(zeros: d))
            problem.gradient(of: client, at: x, into: a)
            problem.gradient(of: client, at: y, into: b)
            a.subtract(b)
            #expect(
                a.norm <= smoothness.ofClients[client] * step.norm * (1 + 1e-6),
                sourceLocation: sourceLocation)
        }
    }
    #expect(smoothness.ofMean <= smoothness.largest * (1 + 1e-6), sourceLocation: sourceLocation)
}
