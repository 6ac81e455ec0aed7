import SweepCore
import SweepWire
import Testing

@testable import SweepWorker

@Suite("A worker that rests, or idles")
struct RestTests {
    private func worker() -> WorkerInstance {
        let identity = Registration(
            version: "test", host: "h", pid: 1, slots: 1, experiments: ["noop/1"])
        var worker = WorkerInstance(identity: identity)
        _ = worker.start(now: 0)
        _ = worker.receive(
            .welcome(Welcome(version: "test", heartbeatInterval: 1, heartbeatTimeout: 10)), now: 0)
        _ = worker.receive(
            .definition(
                Definition(sweep: SweepDigest(bits: 1), json: [], timeout: nil)), now: 0)
        return worker
    }

    private func lease(_ worker: inout WorkerInstance, _ id: UInt64) -> [WorkerDirective] {
        worker.receive(
            .lease(Lease(id: LeaseID(id), sweep: SweepDigest(bits: 1), range: 0..<10)), now: 0)
    }

    private let idle = [SlotActivity(index: nil, seconds: 0)]

    private func ended(_ directives: [WorkerDirective]) -> [UInt64] {
        directives.flatMap { directive -> [UInt64] in
            guard case .send(.report(let report)) = directive else { return [] }
            return report.leases.filter(\.isEnded).map(\.lease.number)
        }
    }

    private func heartbeats(_ directives: [WorkerDirective]) -> [Heartbeat] {
        directives.compactMap { if case .send(.heartbeat(let sign)) = $0 { sign } else { nil } }
    }

    @Test("a worker says what was decided about it, in registrations and signs of life")
    func standing() {
        var worker = worker()
        let drained = Standing(isDraining: true, quarantine: "why")
        #expect(worker.receive(.standing(drained), now: 0) == [])
        #expect(heartbeats(worker.tick(idle, now: 1)).map(\.standing) == [drained])
        let registrations = worker.receive(.introduce, now: 2).compactMap { directive in
            if case .send(.registration(let registration)) = directive { registration } else { nil }
        }
        #expect(registrations.map(\.standing) == [drained])
    }

    @Test("a resting worker gives back what waits, lets what runs finish, and says why")
    func schedule() {
        var worker = worker()
        _ = lease(&worker, 1)
        _ = lease(&worker, 2)
        let directives = worker.rest("it works at night", givesUp: false)
        #expect(ended(directives) == [2])
        #expect(!directives.contains(.kill(slot: 0)))
        let tick = worker.tick([SlotActivity(index: 3, seconds: 1)], now: 0.1)
        #expect(tick.contains(.truncate(slot: 0)))
        #expect(heartbeats(tick).map(\.resting) == ["it works at night"])
        // What is on its way still comes back at once.
        #expect(ended(lease(&worker, 3)) == [3])
        _ = worker.rest(nil, givesUp: false)
        #expect(heartbeats(worker.tick(idle, now: 0.2)).map(\.resting) == [nil])
    }

    @Test("a worker that makes room kills what runs once, and no trial is blamed")
    func yielding() {
        var worker = worker()
        _ = lease(&worker, 1)
        #expect(worker.rest("ada is logged in", givesUp: true).contains(.kill(slot: 0)))
        #expect(!worker.rest("ada is logged in", givesUp: true).contains(.kill(slot: 0)))
        let directives = worker.slotEnded(
            0,
            SlotEnd(
                activity: SlotActivity(index: 4, seconds: 2), exitCode: nil, signal: 9,
                lastWords: "", time: 0))
        #expect(ended(directives) == [1])
        for case .send(.report(let report)) in directives {
            #expect(report.leases.allSatisfy { $0.outcomes.isEmpty })
        }
    }

    @Test("a worker that is told to leave, and whose time is over, gives up what runs and goes")
    func grace() {
        var worker = worker()
        _ = lease(&worker, 1)
        _ = lease(&worker, 2)
        #expect(ended(worker.leave()) == [2])
        let running = [SlotActivity(index: 4, seconds: 2)]
        #expect(!worker.tick(running, now: 0.1).contains(.exit(.left)))
        #expect(worker.rest("its time is over", givesUp: true).contains(.kill(slot: 0)))
        let directives = worker.slotEnded(
            0,
            SlotEnd(
                activity: running[0], exitCode: nil, signal: 9, lastWords: "", time: 0))
        #expect(ended(directives) == [1])
        for case .send(.report(let report)) in directives {
            #expect(report.leases.allSatisfy { $0.outcomes.isEmpty })
        }
        // It goes when the coordinator has heard of that, and not before.
        #expect(!worker.tick(idle, now: 0.2).contains(.exit(.left)))
        _ = worker.receive(.acknowledgement(through: 2), now: 0.3)
        #expect(worker.tick(idle, now: 0.4).contains(.exit(.left)))
    }

    @Test("a worker leaves when it has idled long enough, counted from its last work")
    func idleExit() {
        var worker = worker()
        worker.idleLimit = 60
        #expect(!worker.tick(idle, now: 0).contains(.exit(.left)))
        _ = worker.receive(.heartbeat, now: 50)
        _ = lease(&worker, 1)
        #expect(!worker.tick(idle, now: 59).contains(.exit(.left)))
        _ = worker.slotReported(
            0,
            LeaseReport(
                lease: LeaseID(1), sweep: SweepDigest(bits: 1), outcomes: [], isEnded: true))
        _ = worker.receive(.acknowledgement(through: 1), now: 60)
        for now in stride(from: 60.0, through: 118, by: 1) {
            #expect(!worker.tick(idle, now: now).contains(.exit(.left)))
        }
        #expect(worker.tick(idle, now: 119).contains(.exit(.left)))
    }

    @Test("outside of its hours a worker does not count as idle")
    func restingIsNotIdle() {
        var worker = worker()
        worker.idleLimit = 60
        _ = worker.rest("it works at night", givesUp: false)
        #expect(!worker.tick(idle, now: 0).contains(.exit(.left)))
        #expect(!worker.tick(idle, now: 1000).contains(.exit(.left)))
        _ = worker.rest(nil, givesUp: false)
        #expect(!worker.tick(idle, now: 1059).contains(.exit(.left)))
        #expect(worker.tick(idle, now: 1060).contains(.exit(.left)))
    }
}

@Suite("When a worker works")
struct ScheduleTests {
    @Test("hours within a day, past midnight, and several of them")
    func hours() throws {
        let night = try #require(DailySchedule("20:00-07:00"))
        let noon = try #require(DailySchedule("12:00-13:30,20:00-24:00"))
        let inside = { (schedule: DailySchedule) in
            (0..<1440).filter(schedule.contains(minute:))
        }
        #expect(inside(night) == Array(0..<420) + Array(1200..<1440))
        #expect(inside(noon) == Array(720..<810) + Array(1200..<1440))
    }

    @Test(
        "a text that is no schedule is refused",
        arguments: [
            "", "20-7", "20:00", "20:00-20:00", "25:00-07:00", "20:60-07:00", "20:0-07:00",
            "20:00-07:00,", "24:00-07:00", "-20:00-07:00", "20:00-07:00-08:00", "a:bc-d:ef",
        ])
    func wrong(text: String) { #expect(DailySchedule(text) == nil) }

    @Test("somebody at the machine counts until the keys have been still for ten minutes")
    func users() {
        var policy = YieldPolicy()
        let still = YieldPolicy.ProcessorTime(foreign: 0, total: 0)
        let decide = { (policy: inout YieldPolicy, idle: Double?) in
            policy.decide([.init(user: "ada", idle: idle)], still, now: 0)
        }
        #expect(decide(&policy, 3) == "ada is logged in")
        #expect(decide(&policy, nil) == "ada is logged in")
        #expect(decide(&policy, 600) == nil)
        #expect(policy.decide([], still, now: 0) == nil)
    }

    @Test("load of others rests the worker, and it works again when that is well over")
    func load() {
        var policy = YieldPolicy()
        var foreign = 0.0
        var rested: [Bool] = []
        for second in 0...300 {
            // Others take all for 100 s, and then nearly half.
            foreign += second <= 100 ? 1 : second <= 200 ? 0.4 : 0.1
            let time = YieldPolicy.ProcessorTime(foreign: foreign, total: Double(second + 1))
            rested.append(policy.decide([], time, now: Double(second)) != nil)
        }
        #expect(rested.firstIndex(of: true) == Int(YieldPolicy.window))
        // Between the bounds nothing changes.
        #expect(rested[30...200].allSatisfy { $0 })
        #expect(rested[231...].allSatisfy { !$0 })
    }
}
