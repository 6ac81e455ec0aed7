import Testing

@testable import SweepCore

@Suite struct IndexIntervalsTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `any history of changes agrees with a set of integers`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var intervals = IndexIntervals()
        var set: Set<Int> = []
        for _ in 0..<300 {
            let lower = random.int(-20...120)
            let range = lower..<(lower + random.int(0...15))
            switch random.int(0...5) {
            case 0, 1:
                intervals.insert(range)
                set.formUnion(range)
            case 2:
                intervals.insert(lower)
                set.insert(lower)
            case 3:
                intervals.remove(range)
                set.subtract(range)
            default:
                let limit = random.int(0...9)
                let taken = intervals.popFirst(atMost: limit)
                #expect(taken?.lowerBound == (limit > 0 ? set.min() : nil))
                #expect((taken?.count ?? 0) <= limit)
                if let taken {
                    #expect(taken.allSatisfy(set.contains))
                    // As long as the limit and the gap allow.
                    #expect(taken.count == limit || !set.contains(taken.upperBound))
                    set.subtract(taken)
                }
            }
            #expect(intervals.count == set.count)
            #expect(intervals.first == set.min())
            #expect(intervals.isEmpty == set.isEmpty)
        }
        #expect(intervals.ranges.flatMap { Array($0) } == set.sorted())
        for index in -25...140 { #expect(intervals.contains(index) == set.contains(index)) }
        let fresh = IndexIntervals(sorting: set.shuffled(using: &random) + set.prefix(5))
        #expect(fresh == intervals)
        #expect(fresh.hashValue == intervals.hashValue)
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `union, intersection and difference agree with sets`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func indices() -> [Int] { (0..<random.int(0...60)).map { _ in random.int(0...80) } }
        let a = Set(indices())
        let b = Set(indices())
        var first = IndexIntervals(sorting: Array(a))
        let second = IndexIntervals(sorting: Array(b))
        #expect(first.union(second) == IndexIntervals(sorting: Array(a.union(b))))
        #expect(first.intersection(second) == IndexIntervals(sorting: Array(a.intersection(b))))
        #expect(first.subtracting(second) == IndexIntervals(sorting: Array(a.subtracting(b))))
        let taken = Set(first.popFirst(atMost: 3).map(Array.init) ?? [])
        #expect(
            first.subtracting(second)
                == IndexIntervals(sorting: Array(a.subtracting(b).subtracting(taken))))
    }

    @Test func `ranges that touch are one`() {
        var intervals = IndexIntervals(0..<5)
        intervals.insert(7..<9)
        intervals.insert(5..<7)
        #expect(intervals.ranges == [0..<9])
        intervals.insert(9)
        #expect(intervals.ranges == [0..<10])
    }

    @Test func `the ends of the integers can be in a set`() {
        var intervals = IndexIntervals(Int.min..<Int.min + 2)
        intervals.insert(Int.max - 2..<Int.max)
        #expect(intervals.count == 4)
        #expect(intervals.contains(Int.min))
        #expect(intervals.contains(Int.max - 1))
    }

    @Test func `a million leases leave nothing`() {
        var intervals = IndexIntervals()
        for start in 0..<100_000 { intervals.insert(start * 20..<start * 20 + 10) }
        var taken = 0
        while let lease = intervals.popFirst(atMost: 1) { taken += lease.count }
        #expect(taken == 1_000_000)
        #expect(intervals == IndexIntervals())
    }
}
