/// What passes between the clients and the server of one simulated run: gradients are asked for
/// here, messages are sent here, and bits are counted here.
///
/// A message is encoded into bytes and decoded from those bytes, and the bits are their number.
/// Server and client decode the same message, so it is decoded once.
///
/// Uplink: each client's messages, the first full gradients included. Downlink: after each round
/// the server sends the new iterate as d doubles to each client; that the run starts at x⁰ = 0 is
/// known beforehand and costs nothing.
public final class Exchange {
    /// What is minimised.
    public let problem: any Problem
    /// Bits sent by all clients so far.
    public private(set) var bitsUp = 0
    /// Bits sent to all clients so far.
    public private(set) var bitsDown = 0
    /// How many gradients of single examples all clients have computed so far.
    public private(set) var gradientEvaluations = 0

    private let message: Message
    private let delta: Delta
    private let whole: Identity

    /// An exchange between the clients of a problem and a server.
    public init(problem: any Problem) {
        self.problem = problem
        message = Message(byteCapacity: 8 * problem.dimension + 16)
        delta = Delta(dimension: problem.dimension)
        whole = Identity(dimension: problem.dimension)
    }

    /// n.
    public var clients: Int { problem.clients }
    /// d.
    public var dimension: Int { problem.dimension }

    /// gᵢᵗ: client i's stochastic gradient at x in round t.
    public func gradient(of client: Int, at x: Vector, round: Int, into gradient: Vector) {
        problem.stochasticGradient(of: client, at: x, round: round, into: gradient)
        gradientEvaluations += problem.batchSize(of: client)
    }

    /// ∇fᵢ(x).
    public func fullGradient(of client: Int, at x: Vector, into gradient: Vector) {
        problem.gradient(of: client, at: x, into: gradient)
        gradientEvaluations += problem.exampleCount(of: client)
    }

    /// Client to server: C(v), as both read it from the message.
    ///
    /// - Parameter turn: whose message it is.
    /// - Returns: Δ, valid until the next message.
    public func send(
        _ vector: Vector, by compressor: any Compressor, _ turn: Turn
    ) throws(ExchangeError) -> Delta {
        compressor.begin(turn)
        try compressor.encode(vector, into: message)
        bitsUp += message.bitCount
        try compressor.decode(message, into: delta)
        return delta
    }

    /// Client to server: v, uncompressed.
    ///
    /// - Returns: Δ = v, valid until the next message.
    public func sendWhole(_ vector: Vector) throws(ExchangeError) -> Delta {
        try send(vector, by: whole, Turn(client: 0, round: 0))
    }

    /// Server to all clients: the new iterate.
    func broadcastIterate() {
        bitsDown += 64 * dimension * clients
    }
}
