/// How a message holds real numbers.
public enum ValueFormat: String, CaseIterable, Sendable, Hashable, Codable {
    /// IEEE 754 doubles: 64 bits, nothing is lost.
    case f64
    /// IEEE 754 singles: 32 bits, rounded to nearest. Numbers above 3.4·10³⁸ do not fit and are an
    /// error; those below 1.2·10⁻³⁸ lose digits.
    case f32

    /// Bytes for each number.
    public var byteCount: Int { self == .f64 ? 8 : 4 }
    /// Bits for each number.
    public var bitCount: Int { byteCount * 8 }

    /// The part 1 − δ' of a kept entry's square that rounding may cost: u² for a relative error u.
    var lostSquare: Double { self == .f64 ? 0 : 0x1p-48 }

    /// A number as it comes out of a message; infinite where it does not fit.
    @inline(__always)
    func rounded(_ number: Double) -> Double {
        self == .f64 ? number : Double(Float(number))
    }

    /// A number that is not below the given one, and comes out of a message as it is.
    func roundedUp(_ number: Double) -> Double {
        guard self == .f32 else { return number }
        let nearest = Float(number)
        return Double(Double(nearest) < number ? nearest.nextUp : nearest)
    }
}

extension Message {
    /// Appends a real number.
    @inline(__always)
    func append(_ number: Double, as format: ValueFormat) {
        switch format {
        case .f64: append(number)
        case .f32: append(Float(number).bitPattern.littleEndian, as: UInt32.self)
        }
    }

    /// Appends all elements of a vector.
    ///
    /// - Throws: `ExchangeError.nonFinite` when one is no longer finite in the message.
    func append(_ vector: Vector, as format: ValueFormat) throws(ExchangeError) {
        guard format == .f32 else { return append(vector) }
        var check: Float = 0
        for index in 0..<vector.count {
            let number = Float(vector.base[index])
            check += number * 0
            append(number.bitPattern.littleEndian, as: UInt32.self)
        }
        guard check == 0 else { throw .nonFinite }
    }

    /// Reads real numbers from a byte offset; false when the message is too short.
    func read(
        _ count: Int, as format: ValueFormat, from offset: Int,
        into target: UnsafeMutablePointer<Double>
    ) -> Bool {
        guard format == .f32 else { return read(count, from: offset, into: target) }
        guard offset >= 0, count >= 0, offset + count * 4 <= byteCount else { return false }
        for index in 0..<count {
            let bits = UInt32(littleEndian: load(at: offset &+ index &* 4, as: UInt32.self))
            target[index] = Double(Float(bitPattern: bits))
        }
        return true
    }
}
