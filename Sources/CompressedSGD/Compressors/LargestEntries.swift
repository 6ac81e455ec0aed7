import KernelChoice

/// Finds the k entries of largest magnitude in O(d), whatever the input.
///
/// Magnitudes are compared as the bits of |v|, which order finite numbers as their values do and
/// put infinities and then NaN above them: the order is total, and nothing can trap.
///
/// Long vectors are thinned out first: a regular sample gives two bounds that the k-th largest key
/// very probably lies between. One pass collects what is not below the lower one, a few more than
/// k; only what lies between the bounds has to be ordered. When the sample misleads, all keys are.
/// The k-th largest key comes from quickselect with the middle of three as its pivot, and from a
/// radix pass over the bytes of the keys when the pivots turn out badly.
///
/// In short vectors a threshold is searched for, by counting how many keys are above it.
package final class LargestEntries {
    /// What was found; the indices are valid until the next selection.
    package struct Found {
        /// Ascending.
        package let indices: UnsafeBufferPointer<UInt32>
        /// Whether the whole vector is finite.
        package let areFinite: Bool
    }

    private let dimension: Int
    private let keys: UnsafeMutablePointer<UInt64>
    private let indices: UnsafeMutablePointer<UInt32>
    private let histogram: UnsafeMutablePointer<Int>

    /// Workspace for vectors of a dimension.
    package init(dimension: Int) {
        self.dimension = dimension
        keys = .allocate(capacity: max(1, dimension))
        indices = .allocate(capacity: max(1, dimension))
        histogram = .allocate(capacity: 256)
    }

    deinit {
        keys.deallocate()
        indices.deallocate()
        histogram.deallocate()
    }

    /// The k entries of largest magnitude; of equal ones those with the lower index.
    ///
    /// - Parameters:
    ///   - k: from 1 to d.
    ///   - vector: d numbers.
    package func select(_ k: Int, of vector: Vector) -> Found {
        precondition(k >= 1 && k <= dimension && vector.count == dimension, "1 ≤ k ≤ d")
        return selectByCounting(k, of: vector) ?? selectAmongCandidates(k, of: vector)
            ?? selectAmongAll(k, of: vector)
    }

    /// Nil for long vectors and for those that are not finite.
    private func selectByCounting(_ k: Int, of vector: Vector) -> Found? {
        guard dimension < Self.longVector else { return nil }
        let kernels = Kernels.current
        let top = kernels.largestMagnitude(vector.base, count: dimension)
        guard top < Self.infinity else { return nil }
        let threshold = kernels.threshold(
            vector.base, count: dimension, largest: k, below: top + 1)
        var found = kernels.collect(
            vector.base, count: dimension, atLeast: threshold, magnitudes: keys, places: indices)
        if found > k {
            // Some are equal to the threshold, of which the last ones are left out.
            var ties = k
            for entry in 0..<found { ties &-= keys[entry] > threshold ? 1 : 0 }
            var count = 0
            for entry in 0..<found {
                let isTie = keys[entry] == threshold
                indices[count] = indices[entry]
                count &+= !isTie || ties > 0 ? 1 : 0
                ties &-= isTie ? 1 : 0
            }
            found = count
        }
        return self.found(k, top)
    }

    private func selectAmongAll(_ k: Int, of vector: Vector) -> Found {
        let entries = UnsafeRawPointer(vector.base).assumingMemoryBound(to: UInt64.self)
        var top: UInt64 = 0
        for index in 0..<dimension {
            let key = entries[index] & Self.magnitude
            keys[index] = key
            top = max(top, key)
        }
        let threshold = largest(k, of: keys, count: dimension)
        // Every entry above the threshold is kept, and of those equal to it as many as still fit.
        var ties = k
        for index in 0..<dimension {
            ties &-= entries[index] & Self.magnitude > threshold ? 1 : 0
        }
        var count = 0
        var index = 0
        while count < k {
            let key = entries[index] & Self.magnitude
            let isTie = key == threshold
            let isKept = key > threshold || isTie && ties > 0
            indices[count] = UInt32(truncatingIfNeeded: index)
            count &+= isKept ? 1 : 0
            ties &-= isTie ? 1 : 0
            index &+= 1
        }
        return found(k, top)
    }

    /// Nil for short vectors, for a large k, and when the sample misleads.
    private func selectAmongCandidates(_ k: Int, of vector: Vector) -> Found? {
        guard dimension >= Self.longVector, let bounds = sampledBounds(k, of: vector) else {
            return nil
        }
        let candidates = Kernels.current.collect(
            vector.base, count: dimension, atLeast: bounds.low, magnitudes: keys, places: indices)
        guard candidates >= k, 2 * candidates <= dimension else { return nil }
        // Behind the candidates there is room for those of them that lie between the bounds.
        let between = keys + candidates
        var betweenCount = 0
        var top: UInt64 = 0
        for candidate in 0..<candidates {
            let key = keys[candidate]
            between[betweenCount] = key
            betweenCount &+= key <= bounds.high ? 1 : 0
            top = max(top, key)
        }
        let above = candidates - betweenCount
        guard above < k else { return nil }
        let threshold = largest(k - above, of: between, count: betweenCount)
        var ties = k
        for candidate in 0..<candidates { ties &-= keys[candidate] > threshold ? 1 : 0 }
        var count = 0
        for candidate in 0..<candidates {
            let key = keys[candidate]
            let isTie = key == threshold
            let isKept = key > threshold || isTie && ties > 0
            indices[count] = indices[candidate]
            count &+= isKept ? 1 : 0
            ties &-= isTie ? 1 : 0
        }
        return found(k, top)
    }

    /// Keys that the k-th largest key very probably lies between: four standard deviations of the
    /// sample's rank to either side, and some more for a small one.
    private func sampledBounds(_ k: Int, of vector: Vector) -> (low: UInt64, high: UInt64)? {
        let stride = dimension / min(max(dimension / 64, Self.smallSample), Self.largeSample)
        let sampled = dimension / stride
        let expected = Double(k) * Double(sampled) / Double(dimension)
        let margin = 4 * expected.squareRoot() + 8
        let lowRank = Int(expected + margin)
        guard lowRank < sampled * 2 / 5 else { return nil }
        for sample in 0..<sampled {
            keys[sample] = vector.base[sample &* stride].bitPattern & Self.magnitude
        }
        let low = largest(lowRank, of: keys, count: sampled)
        let highRank = Int(expected - margin)
        let high = highRank < 1 ? .max : largest(highRank, of: keys, count: sampled)
        return (low, high)
    }

    private func found(_ k: Int, _ top: UInt64) -> Found {
        Found(
            indices: UnsafeBufferPointer(start: indices, count: k), areFinite: top < Self.infinity)
    }

    /// The k-th largest of some keys, which are left in another order.
    private func largest(_ k: Int, of keys: UnsafeMutablePointer<UInt64>, count: Int) -> UInt64 {
        var low = 0
        var high = count - 1
        let target = k - 1
        var patience = 2 * (Int.bitWidth - count.leadingZeroBitCount) + 4
        while low < high {
            if patience == 0 { return radixSelect(keys, low, high, target) }
            patience -= 1
            let pivot = middle(keys[low], keys[low + (high - low) / 2], keys[high])
            var left = low - 1
            var right = high + 1
            while true {
                repeat { left &+= 1 } while keys[left] > pivot
                repeat { right &-= 1 } while keys[right] < pivot
                if left >= right { break }
                (keys[left], keys[right]) = (keys[right], keys[left])
            }
            if target <= right { high = right } else { low = right + 1 }
        }
        return keys[target]
    }

    /// The key at a rank within keys[low…high], byte by byte from the highest: at most 8 passes.
    private func radixSelect(
        _ keys: UnsafeMutablePointer<UInt64>, _ low: Int, _ high: Int, _ target: Int
    ) -> UInt64 {
        var remaining = target - low
        var prefix: UInt64 = 0
        var fixed: UInt64 = 0
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            histogram.initialize(repeating: 0, count: 256)
            for index in low...high where keys[index] & fixed == prefix {
                histogram[Int((keys[index] &>> shift) & 255)] += 1
            }
            var byte = 255
            while remaining >= histogram[byte] {
                remaining -= histogram[byte]
                byte -= 1
            }
            prefix |= UInt64(byte) &<< shift
            fixed |= 255 &<< shift
        }
        return prefix
    }

    private func middle(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
        max(min(a, b), min(max(a, b), c))
    }

    private static let magnitude: UInt64 = 0x7fff_ffff_ffff_ffff
    private static let infinity: UInt64 = 0x7ff0_0000_0000_0000
    private static let longVector = 1 << 15
    private static let smallSample = 1 << 12
    private static let largeSample = 1 << 15
}
