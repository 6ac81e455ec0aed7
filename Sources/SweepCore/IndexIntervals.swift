/// A set of indices as sorted, disjoint, half-open ranges that do not touch.
///
/// A sweep's pending trials are a few intervals, not a million objects. Taking from the front, which
/// every lease does, is amortised O(1): the ranges before `head` are spent.
package struct IndexIntervals: Sendable {
    private var storage: [Range<Int>] = []
    private var head = 0
    /// How many indices the set holds.
    package private(set) var count = 0

    /// An empty set.
    package init() {}

    /// The indices of one range.
    package init(_ range: Range<Int>) {
        if !range.isEmpty {
            storage = [range]
            count = range.count
        }
    }

    /// The given indices, in any order and with any repetition.
    package init(sorting indices: [Int]) {
        for index in indices.sorted() {
            if let last = storage.last, last.upperBound > index { continue }
            if let last = storage.last, last.upperBound == index {
                storage[storage.count - 1] = last.lowerBound..<(index + 1)
            } else {
                storage.append(index..<(index + 1))
            }
            count += 1
        }
    }

    /// Whether nothing is in the set.
    package var isEmpty: Bool { count == 0 }

    /// The smallest index.
    package var first: Int? { head < storage.count ? storage[head].lowerBound : nil }

    /// The ranges in rising order.
    package var ranges: [Range<Int>] { head == 0 ? storage : Array(storage[head...]) }

    /// Whether an index is in the set.
    ///
    /// - Complexity: O(log ranges)
    package func contains(_ index: Int) -> Bool {
        let place = firstRange(endingAfter: index)
        return place < storage.count && storage[place].lowerBound <= index
    }

    /// Adds one index.
    package mutating func insert(_ index: Int) {
        insert(index..<(index + 1))
    }

    /// Adds all indices of a range.
    ///
    /// - Complexity: O(log ranges) at the end, O(ranges) elsewhere
    package mutating func insert(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        dropSpent()
        if let last = storage.last, last.upperBound == range.lowerBound {
            // Nothing lies behind: most trials end in order.
            storage[storage.count - 1] = last.lowerBound..<range.upperBound
            count += range.count
            return
        }
        var lower = range.lowerBound
        var upper = range.upperBound
        let start = firstRange(endingAtOrAfter: lower)
        var end = start
        while end < storage.count, storage[end].lowerBound <= upper {
            lower = min(lower, storage[end].lowerBound)
            upper = max(upper, storage[end].upperBound)
            count -= storage[end].count
            end += 1
        }
        storage.replaceSubrange(start..<end, with: CollectionOfOne(lower..<upper))
        count += upper - lower
    }

    /// Takes all indices of a range out.
    ///
    /// - Complexity: O(ranges)
    package mutating func remove(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        dropSpent()
        let start = firstRange(endingAfter: range.lowerBound)
        guard start < storage.count, storage[start].lowerBound < range.upperBound else { return }
        if storage[start].lowerBound == range.lowerBound,
            storage[start].upperBound > range.upperBound
        {
            storage[start] = range.upperBound..<storage[start].upperBound
            count -= range.count
            return
        }
        var end = start
        var kept: [Range<Int>] = []
        while end < storage.count, storage[end].lowerBound < range.upperBound {
            let old = storage[end]
            count -= old.count
            if old.lowerBound < range.lowerBound {
                kept.append(old.lowerBound..<range.lowerBound)
            }
            if old.upperBound > range.upperBound {
                kept.append(range.upperBound..<old.upperBound)
            }
            end += 1
        }
        for part in kept { count += part.count }
        storage.replaceSubrange(start..<end, with: kept)
    }

    /// Takes up to `limit` indices from the front, never across a gap.
    ///
    /// - Complexity: amortised O(1)
    package mutating func popFirst(atMost limit: Int) -> Range<Int>? {
        guard limit > 0, head < storage.count else { return nil }
        let front = storage[head]
        if front.count <= limit {
            head += 1
            count -= front.count
            if head == storage.count {
                storage.removeAll(keepingCapacity: true)
                head = 0
            } else if head > 64, head > storage.count / 2 {
                dropSpent()
            }
            return front
        }
        let taken = front.lowerBound..<(front.lowerBound + limit)
        storage[head] = taken.upperBound..<front.upperBound
        count -= limit
        return taken
    }

    private mutating func dropSpent() {
        if head > 0 {
            storage.removeSubrange(..<head)
            head = 0
        }
    }

    /// Position in `storage` of the first range whose end lies after an index.
    private func firstRange(endingAfter index: Int) -> Int {
        var low = head
        var high = storage.count
        while low < high {
            let middle = (low + high) / 2
            if storage[middle].upperBound > index { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The same, for ranges that may end at the index itself, and so touch what starts there.
    private func firstRange(endingAtOrAfter index: Int) -> Int {
        var low = head
        var high = storage.count
        while low < high {
            let middle = (low + high) / 2
            if storage[middle].upperBound >= index { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension IndexIntervals {
    /// The indices that are in either set.
    package func union(_ other: IndexIntervals) -> IndexIntervals {
        var result = IndexIntervals()
        let a = ranges
        let b = other.ranges
        var i = 0
        var j = 0
        while i < a.count || j < b.count {
            if j == b.count || (i < a.count && a[i].lowerBound <= b[j].lowerBound) {
                result.insert(a[i])
                i += 1
            } else {
                result.insert(b[j])
                j += 1
            }
        }
        return result
    }

    /// The indices that are in both sets.
    package func intersection(_ other: IndexIntervals) -> IndexIntervals {
        var result = IndexIntervals()
        let a = ranges
        let b = other.ranges
        var i = 0
        var j = 0
        while i < a.count, j < b.count {
            let lower = max(a[i].lowerBound, b[j].lowerBound)
            let upper = min(a[i].upperBound, b[j].upperBound)
            if lower < upper { result.insert(lower..<upper) }
            if a[i].upperBound < b[j].upperBound { i += 1 } else { j += 1 }
        }
        return result
    }

    /// The indices that are in this set and not in the other.
    package func subtracting(_ other: IndexIntervals) -> IndexIntervals {
        var result = IndexIntervals()
        let b = other.ranges
        var j = 0
        for range in ranges {
            var lower = range.lowerBound
            while j < b.count, b[j].upperBound <= lower { j += 1 }
            var k = j
            while k < b.count, b[k].lowerBound < range.upperBound {
                if lower < b[k].lowerBound { result.insert(lower..<b[k].lowerBound) }
                lower = max(lower, b[k].upperBound)
                k += 1
            }
            if lower < range.upperBound { result.insert(lower..<range.upperBound) }
        }
        return result
    }
}

extension IndexIntervals: Hashable {
    package static func == (a: IndexIntervals, b: IndexIntervals) -> Bool {
        a.count == b.count && a.storage[a.head...].elementsEqual(b.storage[b.head...])
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for range in storage[head...] { hasher.combine(range) }
    }
}
