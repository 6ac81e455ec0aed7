/// Finds the k entries of largest magnitude in O(d), whatever the input.
///
/// Magnitudes are compared as the bits of |v|, which order finite numbers as their values do and
/// put infinities and then NaN above them: the order is total, and nothing can trap.
///
/// Long vectors are thinned out first: a threshold from a regular sample leaves a few more than k
/// candidates. The k-th largest key comes from quickselect with the middle of three as its pivot,
/// and from a radix pass over the bytes of the keys when the pivots turn out badly.
final class LargestEntries {
    /// What was found; the indices are valid until the next selection.
    struct Found {
        /// Ascending.
        let indices: UnsafeBufferPointer<UInt32>
        /// Whether the whole vector is finite.
        let areFinite: Bool
    }

    private let dimension: Int
    private let keys: UnsafeMutablePointer<UInt64>
    private let indices: UnsafeMutablePointer<UInt32>
    private let histogram: UnsafeMutablePointer<Int>

    /// Workspace for vectors of a dimension.
    init(dimension: Int) {
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
    /// - Parameter k: from 1 to d.
    func select(_ k: Int, of vector: Vector) -> Found {
        precondition(k >= 1 && k <= dimension && vector.count == dimension, "1 ≤ k ≤ d")
        let entries = UnsafeRawPointer(vector.base).assumingMemoryBound(to: UInt64.self)
        let candidates = thinOut(entries, k)
        let threshold = largest(k, of: candidates)
        // Every entry above the threshold is kept, and of those equal to it as many as still fit.
        var above = 0
        var top: UInt64 = 0
        for index in 0..<dimension {
            let key = entries[index] & Self.magnitude
            above &+= key > threshold ? 1 : 0
            top = max(top, key)
        }
        var ties = k - above
        var count = 0
        var index = 0
        while count < k {
            let key = entries[index] & Self.magnitude
            if key >= threshold {
                let isTie = key == threshold
                if !isTie || ties > 0 {
                    indices[count] = UInt32(truncatingIfNeeded: index)
                    count &+= 1
                    ties &-= isTie ? 1 : 0
                }
            }
            index &+= 1
        }
        return Found(
            indices: UnsafeBufferPointer(start: indices, count: k), areFinite: top < Self.infinity)
    }

    /// Copies the keys that can be among the k largest; returns how many there are.
    private func thinOut(_ entries: UnsafePointer<UInt64>, _ k: Int) -> Int {
        if dimension >= Self.longVector {
            let stride = dimension / Self.sampleSize
            let sampled = dimension / stride
            let expected = Double(k) * Double(sampled) / Double(dimension)
            let rank = Int(expected + 4 * expected.squareRoot() + 8)
            if rank < sampled / 2 {
                for sample in 0..<sampled {
                    keys[sample] = entries[sample &* stride] & Self.magnitude
                }
                let threshold = largest(rank, of: sampled)
                let count = copy(entries, atLeast: threshold)
                if count >= k { return count }
            }
        }
        return copy(entries, atLeast: 0)
    }

    private func copy(_ entries: UnsafePointer<UInt64>, atLeast threshold: UInt64) -> Int {
        var count = 0
        for index in 0..<dimension {
            let key = entries[index] & Self.magnitude
            keys[count] = key
            count &+= key >= threshold ? 1 : 0
        }
        return count
    }

    /// The k-th largest of the first `count` keys, which are left in another order.
    private func largest(_ k: Int, of count: Int) -> UInt64 {
        var low = 0
        var high = count - 1
        let target = k - 1
        var patience = 2 * (Int.bitWidth - count.leadingZeroBitCount) + 4
        while low < high {
            if patience == 0 { return radixSelect(low, high, target) }
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
    private func radixSelect(_ low: Int, _ high: Int, _ target: Int) -> UInt64 {
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
    private static let sampleSize = 1 << 12
}
