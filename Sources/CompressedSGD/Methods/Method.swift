/// A method of distributed optimisation: what the server and each client remember, and one round.
///
/// A method asks the exchange for gradients, sends what its clients have to say through it, and
/// moves the iterate. Sums over clients run in client order. Everything that a round needs is made
/// with the method; a round allocates nothing.
public protocol Method: AnyObject {
    /// Name as in a sweep file, kebab-case.
    var name: String { get }
    /// xᵗ, which starts at 0.
    var iterate: Vector { get }

    /// What happens before the first round: full gradients at x⁰, where a method starts from them.
    func start(over exchange: Exchange) throws(ExchangeError)

    /// Round t: every client's part, then the server's; `iterate` goes from xᵗ to xᵗ⁺¹.
    ///
    /// - Parameters:
    ///   - round: t = 0, 1, ….
    ///   - stepSize: γ.
    /// - Throws: `ExchangeError.nonFinite` when the run has diverged.
    func round(_ round: Int, stepSize: Double, over exchange: Exchange) throws(ExchangeError)
}

extension Method {
    /// Nothing happens before the first round.
    public func start(over exchange: Exchange) throws(ExchangeError) {}
}

/// The methods that come with Windrow.
public enum MethodName: String, CaseIterable, Sendable, Hashable, Codable {
    /// Uncompressed distributed SGD.
    case sgd
    /// Compression without feedback.
    case compressedSGD = "compressed-sgd"
    /// Error compensation: Seide et al. 2014, doi:10.21437/Interspeech.2014-274; Stich, Cordonnier,
    /// Jaggi 2018, arXiv:1809.07599.
    case ec
    /// Richtárik, Sokolov, Fatkhullin 2021, arXiv:2106.05203.
    case ef21
    /// Fatkhullin, Tyurin, Richtárik 2023, arXiv:2305.15155.
    case ef21SGDM = "ef21-sgdm"
    /// Gao, Islamov, Stich 2024, arXiv:2311.05645.
    case econtrol
}
