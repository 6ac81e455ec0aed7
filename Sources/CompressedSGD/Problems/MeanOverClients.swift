/// f(x) = (1/n) Σᵢ (mean over client i's rows of their losses) + r(x), with room for its gradient.
final class MeanOverClients {
    private let rows: ClientRows
    private let regulariser: Regulariser
    private let part: Vector
    private let sum: Vector

    /// Room for gradients in ℝᵈ.
    init(of rows: ClientRows, regulariser: Regulariser, dimension: Int) {
        self.rows = rows
        self.regulariser = regulariser
        part = Vector(zeros: dimension)
        sum = Vector(zeros: dimension)
    }

    /// f(x) and ‖∇f(x)‖², clients summed in their order.
    ///
    /// - Parameter addUp: sets a gradient to the sum over some rows, and returns the sum of their
    ///   losses.
    func evaluate(
        at x: Vector,
        addUp: (_ rows: UnsafeBufferPointer<UInt32>, _ gradient: Vector) -> Double
    ) -> Evaluation {
        var loss = 0.0
        sum.clear()
        for client in 0..<rows.clients {
            let own = rows.all(of: client)
            loss += addUp(own, part) / Double(own.count)
            sum.add(part, dividedBy: Double(own.count))
        }
        sum.divide(by: Double(rows.clients))
        regulariser.addGradient(at: x, to: sum)
        return Evaluation(
            loss: loss / Double(rows.clients) + regulariser.value(at: x),
            gradientNormSquared: sum.normSquared)
    }
}
