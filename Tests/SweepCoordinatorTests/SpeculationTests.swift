import SweepCore
import SweepWire
import Testing

@testable import SweepCoordinator

@Suite("Copies of trials that take long")
struct SpeculationTests {
    private let sweep = SweepDigest(bits: 1)

    /// Two workers of one slot each; worker 1 is stuck with the last trial, worker 2 idles.
    private func cluster(
        speculates: Bool = true, limits: Limits = Limits(attempts: 3, maxFailures: 1000)
    ) -> (cluster: Cluster, straggler: Lease) {
        var cluster = Cluster()
        var progress = Cluster.progress(1, 6, limits: limits)
        progress.speculates = speculates
        cluster.add(progress)
        cluster.join(1, slots: 1)
        cluster.join(2, slots: 1)
        for _ in 0..<5 { cluster.end(2, seconds: 0.6) }
        let lease = cluster.leases[1]?.first
        return (cluster, lease ?? Lease(id: LeaseID(0), sweep: sweep, range: 0..<1))
    }

    private func rows(_ cluster: Cluster) -> [Int] {
        cluster.stored.flatMap { $0.results.map(\.index) + $0.failures.map(\.index) }.sorted()
    }

    @Test("the copy's result is the trial's, and the first is killed and its result dropped")
    func copyWins() {
        var (cluster, straggler) = cluster()
        cluster.tick(after: 0.5)
        #expect(cluster.leases[2] == [])
        for _ in 0..<10 { cluster.tick(after: 0.5) }
        let copies = cluster.leases[2] ?? []
        #expect(copies.map(\.range) == [straggler.range])
        #expect(!cluster.instance.isAtRest(sweep))
        cluster.end(2)
        #expect(rows(cluster) == Array(0..<6))
        #expect(cluster.abandoned == [1: [straggler.id]])
        // The sweep is done, whatever becomes of the other one.
        #expect(cluster.instance.isAtRest(sweep))
        cluster.end(1)
        #expect(rows(cluster) == Array(0..<6))
        #expect(cluster.instance.sweeps[sweep]?.leasedCount == 0)
        #expect(cluster.instance.leases.isEmpty)
    }

    @Test("the first result wins, and the copy is killed")
    func firstWins() {
        var (cluster, _) = cluster()
        for _ in 0..<10 { cluster.tick(after: 0.5) }
        let copy = cluster.leases[2]?.first
        cluster.end(1)
        #expect(rows(cluster) == Array(0..<6))
        #expect(cluster.abandoned == [2: [copy?.id].compactMap(\.self)])
        #expect(cluster.instance.isAtRest(sweep))
        cluster.end(2, failing: true)
        #expect(rows(cluster) == Array(0..<6))
        #expect(cluster.instance.sweeps[sweep]?.retriedCount == 0)
        #expect(cluster.instance.leases.isEmpty)
    }

    @Test("without the wish, while trials wait, or when it is not long, nothing is copied")
    func noCopies() {
        var (quiet, _) = cluster(speculates: false)
        for _ in 0..<100 { quiet.tick(after: 0.5) }
        #expect(quiet.leases[2] == [])

        var busy = Cluster()
        var progress = Cluster.progress(1, 100)
        progress.speculates = true
        busy.add(progress)
        busy.join(1, slots: 1)
        busy.join(2, slots: 1)
        busy.end(2, seconds: 10)
        for _ in 0..<100 { busy.tick(after: 0.5) }
        #expect(busy.leases.mapValues(\.count) == [1: 1, 2: 1])

        var long = Cluster()
        progress = Cluster.progress(1, 3)
        progress.speculates = true
        long.add(progress)
        long.join(1, slots: 1)
        long.join(2, slots: 1)
        long.end(2, seconds: 60)
        long.end(2, seconds: 60)
        for _ in 0..<200 { long.tick(after: 0.5) }
        #expect(long.leases[2] == [])
        for _ in 0..<50 { long.tick(after: 0.5) }
        #expect(long.leases[2]?.count == 1)
    }

    @Test(
        "failures count for the first only; there is one copy, and each trial one row",
        arguments: 0..<64)
    func oneRow(order: Int) {
        var (cluster, _) = cluster(limits: Limits(attempts: 2, maxFailures: 1000))
        // Each bit decides who speaks next and how.
        for _ in 0..<10 { cluster.tick(after: 0.5) }
        #expect(cluster.leases[2]?.count == 1)
        cluster.end(order & 1 == 0 ? 1 : 2, failing: order & 2 != 0)
        cluster.tick(after: 0.5)
        cluster.end(order & 4 == 0 ? 1 : 2, failing: order & 8 != 0)
        for _ in 0..<4 { cluster.tick(after: 0.5) }
        cluster.end(order & 16 == 0 ? 1 : 2, failing: order & 32 != 0)
        for _ in 0..<20 {
            cluster.tick(after: 0.5)
            cluster.end(1)
            cluster.end(2)
        }
        #expect(rows(cluster) == Array(0..<6))
        #expect(cluster.instance.sweeps[sweep]?.remaining ?? 0 == 0)
        #expect(cluster.instance.leases.isEmpty)
        #expect(cluster.stored.flatMap(\.failures).allSatisfy { $0.attempt == 2 })
    }

    @Test("a copy makes way for trials that wait, and may be made again when none does")
    func makesWay() {
        var (cluster, straggler) = cluster()
        for _ in 0..<10 { cluster.tick(after: 0.5) }
        let copy = cluster.leases[2]?.first
        #expect(copy?.range == straggler.range)
        cluster.add(Cluster.progress(2, 3))
        cluster.tick(after: 0.5)
        #expect(cluster.abandoned == [2: [copy?.id].compactMap(\.self)])
        // The slot was killed: its lease ends without an outcome.
        cluster.giveUp(2)
        for _ in 0..<3 {
            #expect(cluster.leases[2]?.first?.sweep == SweepDigest(bits: 2))
            cluster.end(2, seconds: 0.6)
        }
        for _ in 0..<4 { cluster.tick(after: 0.5) }
        #expect(cluster.leases[2]?.map(\.range) == [straggler.range])
        cluster.end(1)
        cluster.end(2)
        #expect(rows(cluster) == [0, 0, 1, 1, 2, 2, 3, 4, 5])
        #expect(cluster.instance.leases.isEmpty)
    }

    @Test("a trial that has its row by an earlier lease is not copied")
    func settled() {
        var (cluster, straggler) = cluster()
        cluster.report(2, Lease(id: LeaseID(777), sweep: sweep, range: straggler.range))
        #expect(rows(cluster) == Array(0..<6))
        for _ in 0..<10 { cluster.tick(after: 0.5) }
        #expect(cluster.leases[2] == [])
    }

    @Test(
        "a worker that is lost with a copy is to blame for nothing, one with the first for an attempt"
    )
    func loss() {
        var (cluster, _) = cluster()
        for _ in 0..<10 { cluster.tick(after: 0.5) }
        cluster.take(
            cluster.instance.ended(pid: 2, on: "h2", reason: "died", now: cluster.now))
        #expect(cluster.instance.sweeps[sweep]?.retriedCount == 0)
        #expect(cluster.instance.sweeps[sweep]?.leasedCount == 1)

        var (other, _) = self.cluster()
        for _ in 0..<10 { other.tick(after: 0.5) }
        other.take(other.instance.ended(pid: 1, on: "h1", reason: "died", now: other.now))
        #expect(other.instance.sweeps[sweep]?.retriedCount == 1)
        other.end(2)
        #expect(rows(other) == Array(0..<6))
        #expect(other.instance.isAtRest(sweep))
    }
}
