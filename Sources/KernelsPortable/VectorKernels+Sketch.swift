extension VectorKernels {
    package static func sketch(
        _ entries: UnsafePointer<Double>, count: Int, words: UnsafePointer<UInt64>,
        shared: UnsafePointer<UInt64>, columns: Int, addingTo cells: UnsafeMutablePointer<Double>
    ) {
        // Buckets and signed entries go to the stack, some at a time; then they are scattered.
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: stackSize) { buckets in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: stackSize) { signed in
                guard let buckets = buckets.baseAddress, let signed = signed.baseAddress else {
                    return
                }
                var start = 0
                while start &+ stackSize <= count {
                    hash(
                        words + start & 255, shared[start &>> 8], columns, entries + start, buckets,
                        signed)
                    for index in 0..<stackSize { cells[Int(buckets[index])] += signed[index] }
                    start &+= stackSize
                }
                while start < count {
                    let hash = words[start & 255] ^ shared[start &>> 8]
                    cells[bucket(hash, columns)] += sign(entries[start], hash)
                    start &+= 1
                }
            }
        }
    }

    /// The buckets and the signed entries of `stackSize` entries.
    @inline(__always)
    private static func hash(
        _ words: UnsafePointer<UInt64>, _ shared: UInt64, _ columns: Int,
        _ entries: UnsafePointer<Double>, _ buckets: UnsafeMutablePointer<UInt32>,
        _ signed: UnsafeMutablePointer<Double>
    ) {
        var index = 0
        while index < stackSize {
            let hash = load(words, index) ^ shared
            UnsafeMutableRawPointer(buckets).storeBytes(
                of: bucket(hash, columns), toByteOffset: index &* 4, as: SIMD8<UInt32>.self)
            store(sign(load(entries, index), hash), signed, index)
            index &+= 8
        }
    }

    package static func unsketch(
        _ cells: UnsafePointer<Double>, columns: Int, words: UnsafePointer<UInt64>,
        shared: UnsafePointer<UInt64>, into estimates: UnsafeMutablePointer<Double>, count: Int
    ) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: stackSize) { buckets in
            guard let buckets = buckets.baseAddress else { return }
            var start = 0
            while start &+ stackSize <= count {
                let (own, shared) = (words + start & 255, shared[start &>> 8])
                var index = 0
                while index < stackSize {
                    UnsafeMutableRawPointer(buckets).storeBytes(
                        of: bucket(load(own, index) ^ shared, columns), toByteOffset: index &* 4,
                        as: SIMD8<UInt32>.self)
                    index &+= 8
                }
                index = 0
                while index < stackSize {
                    let places = buckets + index
                    let found = Lanes(
                        cells[Int(places[0])], cells[Int(places[1])], cells[Int(places[2])],
                        cells[Int(places[3])], cells[Int(places[4])], cells[Int(places[5])],
                        cells[Int(places[6])], cells[Int(places[7])])
                    store(sign(found, load(own, index) ^ shared), estimates, start &+ index)
                    index &+= 8
                }
                start &+= stackSize
            }
            while start < count {
                let hash = words[start & 255] ^ shared[start &>> 8]
                estimates[start] = sign(cells[bucket(hash, columns)], hash)
                start &+= 1
            }
        }
    }

    /// How many entries are hashed at a time: temporary memory of 1 KiB is always on the stack.
    @inline(__always) private static var stackSize: Int { 128 }

    /// ⌊columns · (upper half of the hash) / 2³²⌋.
    @inline(__always)
    private static func bucket(_ hash: SIMD8<UInt64>, _ columns: Int) -> SIMD8<UInt32> {
        // The mask shows the compiler that a product of 32-bit numbers is enough.
        let columns = SIMD8(repeating: UInt64(truncatingIfNeeded: columns) & 0xffff_ffff)
        return SIMD8(truncatingIfNeeded: ((hash &>> 32) &* columns) &>> 32)
    }

    @inline(__always)
    private static func bucket(_ hash: UInt64, _ columns: Int) -> Int {
        let columns = UInt64(truncatingIfNeeded: columns) & 0xffff_ffff
        return Int(truncatingIfNeeded: ((hash &>> 32) &* columns) &>> 32)
    }

    /// The numbers, negated where the lowest bit of the hash is set.
    @inline(__always)
    private static func sign(_ x: Lanes, _ hash: SIMD8<UInt64>) -> Lanes {
        unsafeBitCast(unsafeBitCast(x, to: SIMD8<UInt64>.self) ^ (hash &<< 63), to: Lanes.self)
    }

    @inline(__always)
    private static func sign(_ x: Double, _ hash: UInt64) -> Double {
        Double(bitPattern: x.bitPattern ^ (hash &<< 63))
    }
}
