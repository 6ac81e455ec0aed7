/// Philox4x32-10, a counter-based generator: a bijection of 128-bit counters under a 64-bit key.
///
/// Any block of any stream is computed on its own, so that what a client draws in a round cannot
/// depend on what was drawn before. Passes BigCrush.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// doi:10.1145/2063384.2063405.
package enum Philox {
    /// Four 32-bit words for a counter under a key.
    package static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var word = counter
        var key = key
        for round in 0..<10 {
            if round > 0 { key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85) }
            let first = UInt64(0xD251_1F53) &* UInt64(word[0])
            let third = UInt64(0xCD9E_8D57) &* UInt64(word[2])
            word = SIMD4(
                high(third) ^ word[1] ^ key[0], low(third),
                high(first) ^ word[3] ^ key[1], low(first))
        }
        return word
    }

    private static func high(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word &>> 32) }
    private static func low(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word) }
}
