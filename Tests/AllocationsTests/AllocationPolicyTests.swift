import Testing

@testable import Allocations

@Suite("When nodes are asked for")
struct AllocationPolicyTests {
    typealias Sight = AllocationPolicy.Sight

    private func policy(_ atATime: Int = 2, of maximum: Int = 5) -> AllocationPolicy {
        AllocationPolicy(nodesAtATime: atATime, maximumNodes: maximum, patience: 600)
    }

    private func allocations(
        waiting: [Int] = [], running: [Int] = [], ending: [Int] = []
    ) -> [Allocation] {
        waiting.map { Allocation(id: "\($0)", state: .waiting) }
            + running.map { Allocation(id: "\($0)", state: .running) }
            + ending.map { Allocation(id: "\($0)", state: .ending) }
    }

    /// What a policy that begins now does.
    private func actions(
        needed: Int, _ allocations: [Allocation] = [], connected: Set<String> = [],
        _ policy: AllocationPolicy
    ) -> [AllocationPolicy.Directive] {
        var policy = policy
        return policy.decide(
            Sight(needed: needed, allocations: allocations, connected: connected), now: 0
        ).filter { if case .began = $0 { false } else { true } }
    }

    @Test("as many as trials wait for, as may wait at a time, and as there may be at all")
    func counts() {
        #expect(actions(needed: 0, [], policy()) == [])
        #expect(actions(needed: 1, [], policy()) == [.submit(1)])
        #expect(actions(needed: 9, [], policy()) == [.submit(2)])
        #expect(actions(needed: 9, allocations(waiting: [1]), policy()) == [.submit(1)])
        #expect(actions(needed: 9, allocations(waiting: [1, 2]), policy()) == [])
        let four = allocations(running: [1, 2, 3], ending: [4])
        #expect(actions(needed: 9, four, connected: ["1", "2", "3"], policy()) == [.submit(1)])
        let five = allocations(running: [1, 2, 3, 4], ending: [5])
        #expect(actions(needed: 9, five, connected: ["1", "2", "3", "4"], policy()) == [])
    }

    @Test("a worker that is on its way, or comes back to a new coordinator, is waited for")
    func starting() {
        #expect(actions(needed: 2, allocations(running: [1, 2]), policy()) == [])
        #expect(actions(needed: 3, allocations(running: [1, 2]), policy()) == [.submit(1)])
        #expect(
            actions(needed: 2, allocations(running: [1, 2]), connected: ["1"], policy())
                == [.submit(1)])
    }

    @Test("what waits in the queue for nothing is taken back, the newest first")
    func cancellation() {
        let some = allocations(waiting: [9, 10, 11], running: [1])
        #expect(
            actions(needed: 0, some, connected: ["1"], policy()) == [.cancel(["11", "10", "9"])])
        #expect(actions(needed: 2, some, connected: ["1"], policy()) == [.cancel(["11"])])
        #expect(actions(needed: 3, some, connected: ["1"], policy()) == [])
        // A running one is its worker's business: it leaves when it has idled.
        #expect(actions(needed: 0, allocations(running: [1]), connected: ["1"], policy()) == [])
    }

    @Test("a running allocation without a worker is taken back after a while, and only then")
    func lost() {
        var policy = policy()
        let one = allocations(running: [1])
        _ = policy.decide(Sight(needed: 1, allocations: one, connected: ["1"]), now: 0)
        let gone = Sight(needed: 1, allocations: one, connected: [])
        #expect(policy.decide(gone, now: 100) == [])
        #expect(policy.decide(gone, now: 699) == [])
        #expect(
            policy.decide(Sight(needed: 0, allocations: one, connected: ["1"]), now: 699.5) == [])
        #expect(policy.decide(gone, now: 700) == [])
        #expect(policy.decide(gone, now: 1299) == [])
        #expect(policy.decide(gone, now: 1300) == [.end(["1"]), .submit(1)])
    }

    @Test("allocations that come to nothing are not asked for without end")
    func fruitless() {
        var policy = policy()
        for number in 1...3 {
            _ = policy.decide(
                Sight(needed: 1, allocations: allocations(waiting: [number]), connected: []), now: 0
            )
        }
        // Each look has seen the one before go.
        #expect(
            policy.decide(Sight(needed: 1, allocations: [], connected: []), now: 0)
                == [.ended("3", isFruitless: true), .giveUp(3)])
    }

    @Test("an order that is gone before the next look has come to nothing, too")
    func vanished() {
        var policy = policy()
        let nothing = Sight(needed: 1, allocations: [], connected: [])
        for number in 1...3 {
            #expect(policy.decide(nothing, now: 0).last == .submit(1))
            policy.submitted("\(number)")
        }
        #expect(
            policy.decide(nothing, now: 0) == [.ended("3", isFruitless: true), .giveUp(3)])
    }

    @Test("one worker that has joined begins the count anew")
    func fruitful() {
        var policy = policy(1)
        for round in 0..<20 {
            let id = "\(round)"
            let sight = Sight(
                needed: 1, allocations: [Allocation(id: id, state: .running)],
                connected: round % 3 == 2 ? [id] : [])
            #expect(!policy.decide(sight, now: 0).contains(.giveUp(3)), "\(round)")
        }
    }

    @Test("an allocation that was taken back is no failure of it")
    func cancelledIsNotFruitless() {
        var policy = policy()
        for number in 1...5 {
            let waiting = allocations(waiting: [number])
            #expect(
                policy.decide(Sight(needed: 0, allocations: waiting, connected: []), now: 0)
                    .contains(.cancel(["\(number)"])))
            #expect(
                policy.decide(Sight(needed: 0, allocations: [], connected: []), now: 0)
                    == [.ended("\(number)", isFruitless: false)])
        }
    }

    @Test("whatever happens, and however often it is started anew, bounds hold", arguments: 0..<40)
    func lives(seed: UInt64) {
        var random = Generator(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
        let atATime = Int.random(in: 1...3, using: &random)
        let maximum = Int.random(in: atATime...6, using: &random)
        var policy = policy(atATime, of: maximum)
        var queue: [Allocation] = []
        var connected: Set<String> = []
        var next = 1
        for step in 0..<300 {
            // The batch system and the workers go on as they like.
            for place in queue.indices {
                switch (queue[place].state, Int.random(in: 0..<4, using: &random)) {
                case (.waiting, 0): queue[place].state = .running
                case (.running, 0...1): connected.insert(queue[place].id)
                case (.running, 2) where connected.contains(queue[place].id):
                    queue[place].state = .ending
                default: break
                }
            }
            queue.removeAll { $0.state == .ending && Bool.random(using: &random) }
            connected.formIntersection(queue.filter { $0.state == .running }.map(\.id))
            if Int.random(in: 0..<10, using: &random) == 0 { connected = [] }
            if Int.random(in: 0..<5, using: &random) == 0 {
                policy = self.policy(atATime, of: maximum)
            }
            let needed = Bool.random(using: &random) ? 0 : Int.random(in: 0...8, using: &random)
            let directives = policy.decide(
                Sight(needed: needed, allocations: queue, connected: connected),
                now: Double(step))
            for directive in directives {
                switch directive {
                case .submit(let count):
                    #expect(count > 0)
                    for _ in 0..<count {
                        policy.submitted("\(next)")
                        queue.append(Allocation(id: "\(next)", state: .waiting))
                        next += 1
                    }
                case .cancel(let ids):
                    #expect(
                        queue.count { ids.contains($0.id) && $0.state == .waiting } == ids.count)
                    queue.removeAll { ids.contains($0.id) }
                case .end(let ids): #expect(ids.isEmpty, "nobody was patient for so long")
                case .giveUp: Issue.record("every worker has joined")
                case .began, .ended: break
                }
            }
            let waiting = queue.count { $0.state == .waiting }
            #expect(queue.count <= maximum)
            #expect(waiting <= atATime)
            // Nothing is asked for, or kept, that nothing waits for.
            #expect(waiting <= needed)
        }
        #expect(next > 5)
    }
}

/// Numbers that are the same on every run.
private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
