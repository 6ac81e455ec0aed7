/// What is minimised: f(x) = (1/n) Σᵢ fᵢ(x) over x ∈ ℝᵈ, with fᵢ known to client i alone.
///
/// A problem owns the workspace of its gradients, so one run uses one instance.
public protocol Problem: AnyObject {
    /// d.
    var dimension: Int { get }
    /// n.
    var clients: Int { get }

    /// How many examples client i holds; 1 where there are none to count.
    func exampleCount(of client: Int) -> Int

    /// How many examples client i looks at in a round.
    func batchSize(of client: Int) -> Int

    /// ∇fᵢ(x).
    ///
    /// - Parameters:
    ///   - client: i = 0 … n − 1.
    ///   - x: d numbers.
    ///   - gradient: what it holds is overwritten.
    func gradient(of client: Int, at x: Vector, into gradient: Vector)

    /// gᵢᵗ: an unbiased estimate of ∇fᵢ(x). It depends on the seed, the client, the round and x, and
    /// on nothing that was computed before.
    func stochasticGradient(of client: Int, at x: Vector, round: Int, into gradient: Vector)

    /// f(x) and ‖∇f(x)‖², clients summed in their order.
    func evaluate(at x: Vector) -> Evaluation

    /// x* and f(x*) to 1e-12, where the problem is convex and that can be shown.
    func optimum() -> Optimum?

    /// The constants L of f and of each fᵢ, where they are known.
    var smoothness: Smoothness? { get }

    /// x⁰, which server and clients know beforehand; nil for 0.
    var start: Vector? { get }

    /// How good x is as a classifier; nil where there are no classes, or no such rows.
    func score(on rows: ScoredRows, at x: Vector) -> Score?
}

extension Problem {
    /// Not known.
    public func optimum() -> Optimum? { nil }
    /// Not known.
    public var smoothness: Smoothness? { nil }
    /// 0.
    public var start: Vector? { nil }
    /// There are no classes.
    public func score(on rows: ScoredRows, at x: Vector) -> Score? { nil }
}

/// The objective at a point.
public struct Evaluation: Sendable, Hashable {
    /// f(x).
    public let loss: Double
    /// ‖∇f(x)‖².
    public let gradientNormSquared: Double

    /// An evaluation.
    public init(loss: Double, gradientNormSquared: Double) {
        self.loss = loss
        self.gradientNormSquared = gradientNormSquared
    }
}

/// The problems that come with Windrow.
public enum ProblemName: String, CaseIterable, Sendable, Hashable, Codable {
    /// Synthetic quadratics with known heterogeneity and noise.
    case leastSquares = "least-squares"
    /// Binary logistic regression on data.
    case logisticRegression = "logistic-regression"
    /// Softmax regression on data with any number of classes.
    case softmaxRegression = "softmax-regression"
    /// A multilayer perceptron on data with any number of classes.
    case mlp
    /// A residual network on images of any number of classes.
    case cnn
    /// Three functions in ℝ³ on which compression without feedback fails.
    case turnedQuadratics = "turned-quadratics"
}

/// How many of its rows a client looks at in a round.
public enum Batch: Sendable, Hashable {
    /// All of them.
    case full
    /// So many, drawn without replacement for each round anew.
    case size(Int)
}

/// What clients compute gradients in.
public enum Precision: String, CaseIterable, Sendable, Hashable, Codable {
    /// 64 bits.
    case double
    /// 32 bits.
    case single
}
