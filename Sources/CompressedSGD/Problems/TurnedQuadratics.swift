/// fᵢ(x) = ⟨aᵢ, x⟩² + ¼‖x‖² in ℝ³, where aᵢ goes around (−3, 2, 2), (2, −3, 2), (2, 2, −3).
///
/// The functions on which compression without feedback fails. f has its only minimum at 0, where all
/// ∇fᵢ vanish; yet from x⁰ = (1, 1, 1) with top-1 the server's mean of C(∇fᵢ) is −(11/6)·x where the
/// gradient is (7/6)·x, so that x grows by 1 + 11γ/6 in every round for every γ.
///
/// The Hessian of f is (2/3) Σ aᵢaᵢᵀ + ½I, with eigenvalues 7/6, 103/6, 103/6.
///
/// Source: Beznosikov, Horváth, Richtárik, Safaryan 2020, arXiv:2002.12410, Example 1.
public final class TurnedQuadratics: Problem {
    /// 3.
    public let dimension = 3
    /// n.
    public let clients: Int
    /// (1, 1, 1).
    public let start: Vector?

    private let part = Vector(zeros: 3)
    private let sum = Vector(zeros: 3)

    /// The problem.
    ///
    /// - Parameter clients: n, a multiple of 3: each of the functions belongs to n/3 clients.
    public init(clients: Int) {
        precondition(clients >= 3 && clients % 3 == 0, "n is a multiple of 3")
        self.clients = clients
        let start = Vector(zeros: 3)
        for index in 0..<3 { start.base[index] = 1 }
        self.start = start
    }

    /// 1: a client's function is one example.
    public func exampleCount(of client: Int) -> Int { 1 }

    /// 1.
    public func batchSize(of client: Int) -> Int { 1 }

    /// ⟨aᵢ, x⟩.
    private func product(of client: Int, with x: Vector) -> Double {
        // aᵢ is 2 everywhere but in one place, where it is −3.
        2 * (x.base[0] + x.base[1] + x.base[2]) - 5 * x.base[client % 3]
    }

    /// 2⟨aᵢ, x⟩aᵢ + ½x.
    public func gradient(of client: Int, at x: Vector, into gradient: Vector) {
        let product = product(of: client, with: x)
        for index in 0..<3 {
            let entry: Double = index == client % 3 ? -3 : 2
            gradient.base[index] = 2 * product * entry + 0.5 * x.base[index]
        }
    }

    /// ∇fᵢ(x): there is no noise.
    public func stochasticGradient(
        of client: Int, at x: Vector, round: Int, into gradient: Vector
    ) {
        self.gradient(of: client, at: x, into: gradient)
    }

    /// x* = 0 and f(x*) = 0.
    public func optimum() -> Optimum? {
        Optimum(point: Vector(zeros: 3), loss: 0, errorBound: 0)
    }

    /// L = 103/6 and Lᵢ = 2·17 + ½.
    public var smoothness: Smoothness? {
        Smoothness(ofMean: 103.0 / 6, ofClients: [Double](repeating: 34.5, count: clients))
    }

    /// f(x) and ‖∇f(x)‖².
    public func evaluate(at x: Vector) -> Evaluation {
        var loss = 0.0
        sum.clear()
        for client in 0..<clients {
            gradient(of: client, at: x, into: part)
            sum.add(part)
            let product = product(of: client, with: x)
            loss += product * product + 0.25 * x.normSquared
        }
        sum.divide(by: Double(clients))
        return Evaluation(
            loss: loss / Double(clients), gradientNormSquared: sum.normSquared)
    }
}
