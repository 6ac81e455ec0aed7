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

    /// What the run is judged by: xᵗ, unless the method answers with something made of it.
    var answer: Vector { get }
    /// Whether the server sends xᵗ⁺¹ to the clients of a round; if not, the method sends by itself.
    var sendsIterate: Bool { get }

    /// What happens before the first round: full gradients at x⁰, where a method starts from them.
    func start(over exchange: Exchange) throws(ExchangeError)

    /// Round t: every client's part, then the server's; `iterate` goes from xᵗ to xᵗ⁺¹.
    ///
    /// - Parameters:
    ///   - round: t = 0, 1, ….
    ///   - stepSize: γ.
    ///   - exchange: asks for gradients, and carries and counts messages.
    /// - Throws: `ExchangeError.nonFinite` when the run has diverged.
    func round(_ round: Int, stepSize: Double, over exchange: Exchange) throws(ExchangeError)
}

extension Method {
    /// xᵗ.
    public var answer: Vector { iterate }
    /// It does.
    public var sendsIterate: Bool { true }

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
    /// Error compensation around the gradients at the solution: Gao, Islamov, Stich 2024,
    /// arXiv:2311.05645, its motivating method.
    case ecIdeal = "ec-ideal"
    /// Mishchenko, Gorbunov, Takáč, Richtárik 2019, arXiv:1901.09269.
    case diana
    /// Gorbunov, Kovalev, Makarenko, Richtárik 2020, arXiv:2010.12292; Stich 2020, arXiv:2009.02388.
    case dianaEC = "diana-ec"
    /// Richtárik, Sokolov, Fatkhullin 2021, arXiv:2106.05203.
    case ef21
    /// Fatkhullin, Tyurin, Richtárik 2023, arXiv:2305.15155.
    case ef21SGDM = "ef21-sgdm"
    /// Gao, Islamov, Stich 2024, arXiv:2311.05645.
    case econtrol
    /// Ivkin, Rothchild, Ullah, Braverman, Stoica, Arora 2019, arXiv:1903.04488.
    case sketchedSGD = "sketched-sgd"
    /// A baseline of the same paper: the k largest entries of the sum.
    case trueTopK = "true-top-k"
    /// A baseline of the same paper: each client's own largest entries.
    case localTopK = "local-top-k"
    /// A baseline of the same paper: the k largest of the sum of each client's own P·k largest.
    case localPK = "local-P-k"
    /// Rothchild et al. 2020, arXiv:2007.07682.
    case fetchSGD = "fetchsgd"
}
