/// What passes between the clients and the server of one simulated run: gradients are asked for
/// here, messages are sent here, and bits are counted here.
///
/// A message is encoded into bytes and decoded from those bytes, and the bits are their number.
/// Server and client decode the same message, so it is decoded once.
///
/// Uplink: each client's messages, the first full gradients included. Downlink: after each round
/// the server sends the new iterate as d doubles to each client of the round, unless the method says
/// what it sends instead; where the run starts, at x⁰ = 0 or at parameters that follow from the seed,
/// is known beforehand and costs nothing.
public final class Exchange {
    /// What is minimised.
    public let problem: any Problem
    /// Bits sent by all clients so far.
    public private(set) var bitsUp = 0
    /// Bits sent to all clients so far.
    public private(set) var bitsDown = 0
    /// How many gradients of single examples all clients have computed so far.
    public private(set) var gradientEvaluations = 0

    /// The clients that take part in the round, in ascending order; all of them before the first.
    public private(set) var participants: [Int]

    private let sampling: ClientSampling?
    private let message: Message
    private let delta: Delta
    private let whole: Identity

    /// An exchange between the clients of a problem and a server.
    ///
    /// - Parameters:
    ///   - problem: whose gradients clients compute.
    ///   - sampling: who takes part in a round; nil for everybody.
    public init(problem: any Problem, sampling: ClientSampling? = nil) {
        self.problem = problem
        self.sampling = sampling
        participants = Array(0..<problem.clients)
        message = Message(byteCapacity: 8 * problem.dimension + 16)
        delta = Delta(dimension: problem.dimension)
        whole = Identity(dimension: problem.dimension)
    }

    /// n.
    public var clients: Int { problem.clients }
    /// d.
    public var dimension: Int { problem.dimension }

    /// Chooses the clients of a round.
    func begin(round: Int) {
        sampling?.draw(round: round, into: &participants)
    }

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
    /// - Parameters:
    ///   - vector: v, d numbers.
    ///   - compressor: C.
    ///   - turn: whose message it is.
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

    /// Client to server: T(v), which the server adds to what it has of others.
    public func sendTable(
        of vector: Vector, by compressor: any LinearCompressor, _ turn: Turn,
        addingTo table: Vector
    ) throws(ExchangeError) {
        compressor.begin(turn)
        try compressor.encodeTable(of: vector, into: message)
        bitsUp += message.bitCount
        try compressor.addTable(message, to: table)
    }

    /// Client to server: the exact entries at indices that the server asked for, as doubles, added
    /// to what it has of others.
    public func sendEntries(
        of vector: Vector, at indices: UnsafeBufferPointer<UInt32>, addingTo sums: Vector
    ) throws(ExchangeError) {
        message.removeAll()
        for index in indices { message.append(vector.base[Int(index)]) }
        bitsUp += message.bitCount
        guard message.read(indices.count, from: 0, into: delta.values) else {
            throw .malformed("\(message.byteCount) bytes, expected \(indices.count) entries")
        }
        for entry in 0..<indices.count { sums.base[entry] += delta.values[entry] }
    }

    /// Server to clients: which entries it wants, as their number and packed indices.
    public func askFor(_ indices: UnsafeBufferPointer<UInt32>, from count: Int) {
        message.removeAll()
        message.append(UInt32(indices.count))
        message.append(indices, width: TopK.indexWidth(dimension: dimension))
        bitsDown += message.bitCount * count
    }

    /// Server to all clients: a step with few entries, as `SparseFormat` has it.
    public func broadcast(_ step: Delta) throws(ExchangeError) {
        message.removeAll()
        if step.isDense {
            bitsDown += 64 * dimension * clients
        } else {
            try SparseFormat(dimension: dimension, values: .f64).write(step, into: message)
            bitsDown += message.bitCount * clients
        }
    }

    /// Server to all clients: a vector of doubles.
    public func broadcastWhole() {
        bitsDown += 64 * dimension * clients
    }

    /// Server to the clients of the round: the new iterate.
    func broadcastIterate() {
        bitsDown += 64 * dimension * participants.count
    }
}
