/// A precision that a loop is written in once: `Double` or `Float`.
///
/// It refines no protocol of the library, and its lines are of no generic type: either would leave
/// functions behind that the linker could merge.
protocol LaneScalar {
    /// As many numbers as there is room for in a cache line.
    associatedtype Line
    /// Half a line.
    associatedtype Half
    /// Four numbers.
    associatedtype Four

    /// How many numbers a line has.
    static var lineWidth: Int { get }
    static var emptyLine: Line { get }
    static var emptyFour: Four { get }
    static var nothing: Self { get }
    static var one: Self { get }

    static func == (a: Self, b: Self) -> Bool
    static func + (a: Self, b: Self) -> Self
    static func * (a: Self, b: Self) -> Self
    /// The nearest number.
    static func narrowed(_ number: Double) -> Self
    var widened: Double { get }
    /// 0 in the place of what is below 0.
    static func positive(_ number: Self) -> Self
    /// 0 where another number is at most 0; NaN is not.
    static func masked(_ number: Self, where other: Self) -> Self

    static func line(_ base: UnsafePointer<Self>, _ index: Int) -> Line
    static func line(_ base: UnsafeMutablePointer<Self>, _ index: Int) -> Line
    static func put(_ line: Line, _ base: UnsafeMutablePointer<Self>, _ index: Int)
    static func half(_ base: UnsafePointer<Self>, _ index: Int) -> Half
    static func put(_ half: Half, _ base: UnsafeMutablePointer<Self>, _ index: Int)
    static func sum(_ a: Half, _ b: Half) -> Half
    static func product(_ a: Self, _ b: Half) -> Half
    /// The numbers in a line's worth of places.
    static func gathered(_ base: UnsafePointer<Self>, _ places: UnsafePointer<UInt16>) -> Line
    static func line(repeating number: Self) -> Line
    static func sum(_ a: Line, _ b: Line) -> Line
    /// a + b where one of a word's bits is 1, the first bit that of the line's first lane in the
    /// word's first part; a elsewhere.
    static func sum(_ a: Line, _ b: Line, where word: UInt64, _ part: Int) -> Line
    static func product(_ a: Self, _ b: Line) -> Line
    static func product(_ a: Line, _ b: Line) -> Line
    static func positive(_ line: Line) -> Line
    static func masked(_ line: Line, where other: Line) -> Line
    /// The sum of a line, halved again and again: of eight ((0+4) + (2+6)) + ((1+5) + (3+7)).
    static func total(_ line: Line) -> Self

    /// The four numbers of a group.
    static func four(_ base: UnsafePointer<Self>, _ group: Int) -> Four
    /// sum + a ∘ x at four places.
    static func sum(
        _ sum: Four, _ a: Four, at places: SIMD4<UInt32>, of x: UnsafePointer<Self>
    ) -> Four
    /// y ← y + w·a at four places.
    static func add(
        _ weight: Self, times a: Four, at places: SIMD4<UInt32>, to y: UnsafeMutablePointer<Self>)
    static func total(_ four: Four) -> Self
    static func element(_ four: Four, _ lane: Int) -> Self
    static func put(_ four: Four, _ base: UnsafeMutablePointer<Self>, _ index: Int)
    static func product(_ a: Self, _ b: Four) -> Four
    /// The first numbers of four fours, then the second ones, and so on.
    static func transposed(_ a: Four, _ b: Four, _ c: Four, _ d: Four) -> (Four, Four, Four, Four)

    /// Eight numbers from an index on, widened.
    static func eight(_ base: UnsafePointer<Self>, _ index: Int) -> SIMD8<Double>
    /// Writes eight numbers, each rounded.
    static func put(
        eight: SIMD8<Double>, _ base: UnsafeMutablePointer<Self>, _ index: Int)
}

extension Double: LaneScalar {
    typealias Line = SIMD8<Double>
    typealias Half = SIMD4<Double>
    typealias Four = SIMD4<Double>

    @inline(__always) static var lineWidth: Int { 8 }
    @inline(__always) static var emptyLine: Line { .zero }
    @inline(__always) static var emptyFour: Four { .zero }
    @inline(__always) static var nothing: Double { 0 }
    @inline(__always) static var one: Double { 1 }

    @inline(__always) static func narrowed(_ number: Double) -> Double { number }
    @inline(__always) var widened: Double { self }
    @inline(__always) static func positive(_ number: Double) -> Double { number < 0 ? 0 : number }
    @inline(__always) static func masked(_ number: Double, where other: Double) -> Double {
        other <= 0 ? 0 : number
    }

    @inline(__always) static func line(_ base: UnsafePointer<Double>, _ index: Int) -> Line {
        UnsafeRawPointer(base + index).loadUnaligned(as: Line.self)
    }
    @inline(__always) static func line(
        _ base: UnsafeMutablePointer<Double>, _ index: Int
    ) -> Line { UnsafeRawPointer(base + index).loadUnaligned(as: Line.self) }
    @inline(__always) static func put(
        _ line: Line, _ base: UnsafeMutablePointer<Double>, _ index: Int
    ) { UnsafeMutableRawPointer(base + index).storeBytes(of: line, as: Line.self) }
    @inline(__always) static func half(_ base: UnsafePointer<Double>, _ index: Int) -> Half {
        UnsafeRawPointer(base + index).loadUnaligned(as: Half.self)
    }
    @inline(__always) static func put(
        _ half: Half, _ base: UnsafeMutablePointer<Double>, _ index: Int
    ) { UnsafeMutableRawPointer(base + index).storeBytes(of: half, as: Half.self) }
    @inline(__always) static func sum(_ a: Half, _ b: Half) -> Half { a + b }
    @inline(__always) static func product(_ a: Double, _ b: Half) -> Half { a * b }
    @inline(__always) static func gathered(
        _ base: UnsafePointer<Double>, _ places: UnsafePointer<UInt16>
    ) -> Line {
        Line(
            base[Int(places[0])], base[Int(places[1])], base[Int(places[2])], base[Int(places[3])],
            base[Int(places[4])], base[Int(places[5])], base[Int(places[6])], base[Int(places[7])])
    }
    @inline(__always) static func line(repeating number: Double) -> Line {
        Line(repeating: number)
    }
    @inline(__always) static func sum(_ a: Line, _ b: Line) -> Line { a + b }
    @inline(__always) static func sum(
        _ a: Line, _ b: Line, where word: UInt64, _ part: Int
    ) -> Line {
        let first = UInt64(1) &<< UInt64(8 &* part)
        let bits = SIMD8(
            first, first &<< 1, first &<< 2, first &<< 3, first &<< 4, first &<< 5, first &<< 6,
            first &<< 7)
        return a + b.replacing(with: 0, where: SIMD8(repeating: word) & bits .== .zero)
    }
    @inline(__always) static func product(_ a: Double, _ b: Line) -> Line { a * b }
    @inline(__always) static func product(_ a: Line, _ b: Line) -> Line { a * b }
    @inline(__always) static func positive(_ line: Line) -> Line {
        line.replacing(with: 0, where: line .< 0)
    }
    @inline(__always) static func masked(_ line: Line, where other: Line) -> Line {
        line.replacing(with: 0, where: other .<= 0)
    }
    @inline(__always) static func total(_ line: Line) -> Double {
        let four = line.lowHalf + line.highHalf
        return total(four)
    }

    @inline(__always) static func four(
        _ base: UnsafePointer<Double>, _ group: Int
    ) -> Four { UnsafeRawPointer(base + 4 &* group).loadUnaligned(as: Four.self) }
    @inline(__always) static func sum(
        _ sum: Four, _ a: Four, at places: SIMD4<UInt32>, of x: UnsafePointer<Double>
    ) -> Four {
        sum + a
            * Four(x[Int(places[0])], x[Int(places[1])], x[Int(places[2])], x[Int(places[3])])
    }
    @inline(__always) static func add(
        _ weight: Double, times a: Four, at places: SIMD4<UInt32>,
        to y: UnsafeMutablePointer<Double>
    ) {
        let part = weight * a
        y[Int(places[0])] += part[0]
        y[Int(places[1])] += part[1]
        y[Int(places[2])] += part[2]
        y[Int(places[3])] += part[3]
    }
    @inline(__always) static func total(_ four: Four) -> Double {
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }
    @inline(__always) static func element(_ four: Four, _ lane: Int) -> Double { four[lane] }
    @inline(__always) static func transposed(
        _ a: Four, _ b: Four, _ c: Four, _ d: Four
    ) -> (Four, Four, Four, Four) {
        (
            Four(a[0], b[0], c[0], d[0]), Four(a[1], b[1], c[1], d[1]),
            Four(a[2], b[2], c[2], d[2]), Four(a[3], b[3], c[3], d[3])
        )
    }

    @inline(__always) static func eight(
        _ base: UnsafePointer<Double>, _ index: Int
    ) -> SIMD8<Double> { line(base, index) }
    @inline(__always) static func put(
        eight: SIMD8<Double>, _ base: UnsafeMutablePointer<Double>, _ index: Int
    ) { put(eight, base, index) }
}

extension Float: LaneScalar {
    typealias Line = SIMD16<Float>
    typealias Half = SIMD8<Float>
    typealias Four = SIMD4<Float>

    @inline(__always) static var lineWidth: Int { 16 }
    @inline(__always) static var emptyLine: Line { .zero }
    @inline(__always) static var emptyFour: Four { .zero }
    @inline(__always) static var nothing: Float { 0 }
    @inline(__always) static var one: Float { 1 }

    @inline(__always) static func narrowed(_ number: Double) -> Float { Float(number) }
    @inline(__always) var widened: Double { Double(self) }
    @inline(__always) static func positive(_ number: Float) -> Float { number < 0 ? 0 : number }
    @inline(__always) static func masked(_ number: Float, where other: Float) -> Float {
        other <= 0 ? 0 : number
    }

    @inline(__always) static func line(_ base: UnsafePointer<Float>, _ index: Int) -> Line {
        UnsafeRawPointer(base + index).loadUnaligned(as: Line.self)
    }
    @inline(__always) static func line(
        _ base: UnsafeMutablePointer<Float>, _ index: Int
    ) -> Line { UnsafeRawPointer(base + index).loadUnaligned(as: Line.self) }
    @inline(__always) static func put(
        _ line: Line, _ base: UnsafeMutablePointer<Float>, _ index: Int
    ) { UnsafeMutableRawPointer(base + index).storeBytes(of: line, as: Line.self) }
    @inline(__always) static func half(_ base: UnsafePointer<Float>, _ index: Int) -> Half {
        UnsafeRawPointer(base + index).loadUnaligned(as: Half.self)
    }
    @inline(__always) static func put(
        _ half: Half, _ base: UnsafeMutablePointer<Float>, _ index: Int
    ) { UnsafeMutableRawPointer(base + index).storeBytes(of: half, as: Half.self) }
    @inline(__always) static func sum(_ a: Half, _ b: Half) -> Half { a + b }
    @inline(__always) static func product(_ a: Float, _ b: Half) -> Half { a * b }
    @inline(__always) static func gathered(
        _ base: UnsafePointer<Float>, _ places: UnsafePointer<UInt16>
    ) -> Line {
        Line(
            lowHalf: SIMD8(
                base[Int(places[0])], base[Int(places[1])], base[Int(places[2])],
                base[Int(places[3])], base[Int(places[4])], base[Int(places[5])],
                base[Int(places[6])], base[Int(places[7])]),
            highHalf: SIMD8(
                base[Int(places[8])], base[Int(places[9])], base[Int(places[10])],
                base[Int(places[11])], base[Int(places[12])], base[Int(places[13])],
                base[Int(places[14])], base[Int(places[15])]))
    }
    @inline(__always) static func line(repeating number: Float) -> Line { Line(repeating: number) }
    @inline(__always) static func sum(_ a: Line, _ b: Line) -> Line { a + b }
    @inline(__always) static func sum(
        _ a: Line, _ b: Line, where word: UInt64, _ part: Int
    ) -> Line {
        let half = UInt32(truncatingIfNeeded: word &>> UInt64(part / 2 &* 32))
        let first = UInt32(1) &<< UInt32(part % 2 &* 16)
        let bits = SIMD16(
            lowHalf: SIMD8(
                first, first &<< 1, first &<< 2, first &<< 3, first &<< 4, first &<< 5,
                first &<< 6, first &<< 7),
            highHalf: SIMD8(
                first &<< 8, first &<< 9, first &<< 10, first &<< 11, first &<< 12, first &<< 13,
                first &<< 14, first &<< 15))
        return a + b.replacing(with: 0, where: SIMD16(repeating: half) & bits .== .zero)
    }
    @inline(__always) static func product(_ a: Float, _ b: Line) -> Line { a * b }
    @inline(__always) static func product(_ a: Line, _ b: Line) -> Line { a * b }
    @inline(__always) static func positive(_ line: Line) -> Line {
        line.replacing(with: 0, where: line .< 0)
    }
    @inline(__always) static func masked(_ line: Line, where other: Line) -> Line {
        line.replacing(with: 0, where: other .<= 0)
    }
    @inline(__always) static func total(_ line: Line) -> Float {
        let eight = line.lowHalf + line.highHalf
        return total(eight.lowHalf + eight.highHalf)
    }

    @inline(__always) static func four(
        _ base: UnsafePointer<Float>, _ group: Int
    ) -> Four { UnsafeRawPointer(base + 4 &* group).loadUnaligned(as: Four.self) }
    @inline(__always) static func sum(
        _ sum: Four, _ a: Four, at places: SIMD4<UInt32>, of x: UnsafePointer<Float>
    ) -> Four {
        sum + a
            * Four(x[Int(places[0])], x[Int(places[1])], x[Int(places[2])], x[Int(places[3])])
    }
    @inline(__always) static func add(
        _ weight: Float, times a: Four, at places: SIMD4<UInt32>, to y: UnsafeMutablePointer<Float>
    ) {
        let part = weight * a
        y[Int(places[0])] += part[0]
        y[Int(places[1])] += part[1]
        y[Int(places[2])] += part[2]
        y[Int(places[3])] += part[3]
    }
    @inline(__always) static func total(_ four: Four) -> Float {
        let two = four.lowHalf + four.highHalf
        return two[0] + two[1]
    }
    @inline(__always) static func element(_ four: Four, _ lane: Int) -> Float { four[lane] }
    @inline(__always) static func put(
        _ four: Four, _ base: UnsafeMutablePointer<Float>, _ index: Int
    ) { UnsafeMutableRawPointer(base + index).storeBytes(of: four, as: Four.self) }
    @inline(__always) static func product(_ a: Float, _ b: Four) -> Four { a * b }
    @inline(__always) static func transposed(
        _ a: Four, _ b: Four, _ c: Four, _ d: Four
    ) -> (Four, Four, Four, Four) {
        (
            Four(a[0], b[0], c[0], d[0]), Four(a[1], b[1], c[1], d[1]),
            Four(a[2], b[2], c[2], d[2]), Four(a[3], b[3], c[3], d[3])
        )
    }

    @inline(__always) static func eight(
        _ base: UnsafePointer<Float>, _ index: Int
    ) -> SIMD8<Double> {
        let eight = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD8<Float>.self)
        return SIMD8(
            Double(eight[0]), Double(eight[1]), Double(eight[2]), Double(eight[3]),
            Double(eight[4]), Double(eight[5]), Double(eight[6]), Double(eight[7]))
    }
    @inline(__always) static func put(
        eight: SIMD8<Double>, _ base: UnsafeMutablePointer<Float>, _ index: Int
    ) {
        let singles = SIMD8(
            Float(eight[0]), Float(eight[1]), Float(eight[2]), Float(eight[3]),
            Float(eight[4]), Float(eight[5]), Float(eight[6]), Float(eight[7]))
        UnsafeMutableRawPointer(base + index).storeBytes(of: singles, as: SIMD8<Float>.self)
    }
}
