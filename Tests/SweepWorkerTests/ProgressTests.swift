import Glibc
import Processes
import SweepCore
import SweepWire
import Synchronization
import Testing

@testable import SweepWorker

@Suite("How far running trials have come")
struct ProgressTests {
    @Test("what a trial tells is its own: the next one has told nothing")
    func belongs() throws {
        let page = try #require(SlotPage())
        #expect(page.begin(7))
        #expect(page.activity.index == 7 && page.activity.progress == nil)
        page.tell(TrialProgress(round: 3, rounds: 10, value: 0.5))
        #expect(page.activity.progress == TrialProgress(round: 3, rounds: 10, value: 0.5))
        page.tell(TrialProgress(round: 4))
        #expect(page.activity.progress == TrialProgress(round: 4))
        page.tell(TrialProgress(round: -1, rounds: 0, value: .nan))
        #expect(page.activity.progress == TrialProgress(round: 0))
        #expect(page.begin(7))
        #expect(page.activity.index == 7 && page.activity.progress == nil)
        page.rest()
        #expect(page.activity.progress == nil)
    }

    @Test("the worker never sees half of what is being written")
    func whole() throws {
        let page = try #require(SlotPage())
        #expect(page.begin(0))
        let isRead = Atomic(false)
        nonisolated(unsafe) let shared = page
        try withoutActuallyEscaping({
            var round = 1
            while !isRead.load(ordering: .relaxed) {
                shared.tell(TrialProgress(round: round, rounds: round, value: Double(round)))
                round += 1
            }
        }) { write in
            nonisolated(unsafe) let write = write
            let thread = try startThread { write() }
            var seen: Set<Int> = []
            while seen.count < 1000 {
                guard let progress = page.activity.progress else { continue }
                #expect(progress.rounds == progress.round)
                #expect(progress.value == Double(progress.round))
                seen.insert(progress.round)
            }
            isRead.store(true, ordering: .relaxed)
            pthread_join(thread, nil)
        }
    }

    @Test("a heartbeat tells it of the first 64 that run, and names the others, too")
    func bounded() throws {
        let slots = 100
        var worker = WorkerInstance(
            identity: Registration(
                version: "test", host: "h", pid: 1, slots: slots, experiments: ["noop/1"]))
        _ = worker.start(now: 0)
        _ = worker.receive(
            .welcome(Welcome(version: "test", heartbeatInterval: 1, heartbeatTimeout: 10)), now: 0)
        let sweep = SweepDigest(bits: 1)
        _ = worker.receive(
            .definition(Definition(sweep: sweep, json: [], timeout: nil)), now: 0)
        for lease in 0..<slots {
            _ = worker.receive(
                .lease(
                    Lease(id: LeaseID(UInt64(lease + 1)), sweep: sweep, range: lease..<lease + 1)),
                now: 0)
        }
        let activity = worker.slots.map { slot in
            SlotActivity(
                index: slot.lease?.range.lowerBound, seconds: 5,
                progress: TrialProgress(round: slot.lease?.range.lowerBound ?? 0))
        }
        let directives = worker.tick(activity, now: 0.5)
        let sign = try #require(
            directives.lazy.compactMap { directive in
                if case .send(.heartbeat(let sign)) = directive { sign } else { nil }
            }.first)
        #expect(sign.running.count == slots)
        #expect(sign.running.count { $0.progress != nil } == RunningTrial.mostProgress)
        for trial in sign.running {
            guard let progress = trial.progress else { continue }
            #expect(progress.seconds == 5 && progress.trial?.round == trial.index)
        }
    }
}
