/// fᵢ(x) = mean over client i's rows of the loss of a network with parameters x, plus r(x).
///
/// Not convex: f* is not known, and x = 0 is a saddle, so that a run starts from parameters that
/// are drawn from the seed.
///
/// In single precision these are single: the parameters that the network sees (x rounded), the
/// features, every number inside the network, and the sum of the gradients of a batch. These stay
/// double: softmax and losses, the division by the number of rows, r, sums over clients, and all
/// that the method does with x and the gradients.
package final class NetworkProblem<Net: Network>: Problem {
    /// d.
    package let dimension: Int
    /// r.
    package let regulariser: Regulariser
    /// Where a run begins.
    package let start: Vector?

    private let network: Net
    private let examples: any Examples
    private let rows: ClientRows
    private let vectors: RoundedVectors<Net.Scalar>
    private let test: TestRows<any Examples>?
    private let mean: MeanOverClients

    /// A network on the rows of clients.
    ///
    /// - Parameters:
    ///   - network: made for the features and classes of the examples.
    ///   - examples: shared, never written to.
    ///   - rows: who holds which of them.
    ///   - regulariser: r, added to each fᵢ.
    ///   - test: rows to be scored on.
    ///   - seed: fixes the parameters that a run starts from.
    package init(
        _ network: Net, on examples: any Examples, rows: ClientRows, regulariser: Regulariser,
        test: TestRows<any Examples>? = nil, seed: UInt64
    ) {
        self.network = network
        self.examples = examples
        self.rows = rows
        self.regulariser = regulariser
        self.test = test
        dimension = network.parameterCount
        vectors = RoundedVectors(dimension: dimension)
        mean = MeanOverClients(of: rows, regulariser: regulariser, dimension: dimension)
        let start = Vector(zeros: dimension)
        network.initialise(start, seed: seed)
        self.start = start
    }

    /// n.
    package var clients: Int { rows.clients }

    /// How many rows client i holds.
    package func exampleCount(of client: Int) -> Int { rows.count(of: client) }

    /// How many rows client i looks at in a round.
    package func batchSize(of client: Int) -> Int { rows.batchSize(of: client) }

    /// ∇fᵢ(x).
    package func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        average(rows.all(of: client), at: x, into: gradient)
    }

    /// The gradient over a batch drawn without replacement; with a full batch, ∇fᵢ(x).
    package func stochasticGradient(
        of client: Int, at x: Vector, round: Int, into gradient: Vector
    ) {
        rows.withBatch(of: client, round: round) { average($0, at: x, into: gradient) }
    }

    /// f(x) and ‖∇f(x)‖² over all rows of all clients.
    package func evaluate(at x: Vector) -> Evaluation {
        mean.evaluate(at: x) { self.addUp($0, at: x, into: $1) }
    }

    /// The mean loss, and the share of rows whose largest logit, the first among equals, is that of
    /// their class.
    package func score(on scored: ScoredRows, at x: Vector) -> Score? {
        let parameters = vectors.read(x)
        var (loss, right, count) = (0.0, 0, 0)
        func add(_ rows: UnsafeBufferPointer<UInt32>, of examples: any Examples) {
            forEachChunk(of: rows) { chunk in
                network.addScore(
                    of: chunk, in: examples, at: parameters, loss: &loss, right: &right)
            }
            count += rows.count
        }
        switch scored {
        case .training:
            for client in 0..<clients { add(rows.all(of: client), of: examples) }
        case .test:
            guard let test else { return nil }
            test.rows.withUnsafeBufferPointer { add($0, of: test.data) }
        }
        return Score(loss: loss / Double(count), accuracy: Double(right) / Double(count))
    }

    private func average(
        _ rows: UnsafeBufferPointer<UInt32>, at x: Vector, into gradient: Vector
    ) {
        _ = addUp(rows, at: x, into: gradient)
        regulariser.finish(gradient, at: x, dividingBy: rows.count)
    }

    /// Σ ∇ loss over rows, chunk by chunk; returns Σ loss.
    private func addUp(
        _ rows: UnsafeBufferPointer<UInt32>, at x: Vector, into gradient: Vector
    ) -> Double {
        var loss = 0.0
        vectors.sum(at: x, into: gradient) { parameters, target in
            forEachChunk(of: rows) { chunk in
                network.addGradient(
                    of: chunk, in: examples, at: parameters, to: target, loss: &loss)
            }
        }
        return loss
    }

    /// Takes as many rows at a time as the network does.
    private func forEachChunk(
        of rows: UnsafeBufferPointer<UInt32>, _ body: (UnsafeBufferPointer<UInt32>) -> Void
    ) {
        var first = 0
        while first < rows.count {
            let count = min(network.chunk, rows.count - first)
            body(UnsafeBufferPointer(rebasing: rows[first..<first + count]))
            first += count
        }
    }
}
