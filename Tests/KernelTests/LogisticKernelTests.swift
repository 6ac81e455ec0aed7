import KernelChoice
import KernelInterface
import Testing

@testable import CompressedSGD

@Suite struct LogisticKernelTests {
    @Test(arguments: KernelLevel.available, [false, true])
    func `gradient and loss have the same bits on every level`(
        level: KernelLevel, isAwkward: Bool
    ) {
        var inputs = KernelInputs(seed: 7)
        for rowCount in [1, 7, 8, 255, 256, 257, 700] {
            let data = Self.data(rows: rowCount, &inputs)
            let x = inputs.numbers(data.dimension, awkward: isAwkward).map { $0 / 16 }
            let found = Self.evaluate(data, x, level)
            let expected = Self.evaluate(data, x, .portable)
            #expect(bits(found.gradient) == bits(expected.gradient))
            #expect(bits(Self.gradient(data, x, level)) == bits(found.gradient))
            #expect(bits([found.loss]) == bits([expected.loss]))
            let singles = x.map { Float($0) }
            #expect(
                bits(Self.gradient(data, singles, level))
                    == bits(Self.gradient(data, singles, .portable)))
        }
    }

    @Test(arguments: KernelLevel.available)
    func `gradient and loss are those of the formula`(level: KernelLevel) {
        var inputs = KernelInputs(seed: 8)
        let data = Self.data(rows: 300, &inputs)
        let x = inputs.numbers(data.dimension, awkward: false).map { $0 / 3e5 }
        let found = Self.evaluate(data, x, level)
        let exact = Exact(data, x, Double.self)
        #expect((found.loss - exact.loss).magnitude <= 1e-12 * exact.loss)
        for (a, b) in zip(found.gradient, exact.gradient) { #expect((a - b).magnitude <= 1e-10) }
    }

    @Test(arguments: KernelLevel.available, [(true, 4), (false, 4), (false, 1)])
    func `gradients by rows and by columns stay within the bound of each precision`(
        level: KernelLevel, kind: (isBinary: Bool, oneIn: UInt64)
    ) {
        var inputs = KernelInputs(seed: 9)
        for rowCount in [1, 40, 700, LogisticColumns.limit] {
            let data = Self.data(
                rows: rowCount, isBinary: kind.isBinary, oneIn: kind.oneIn, &inputs)
            let x = inputs.numbers(data.dimension, awkward: false).map { $0 / 1e3 }
            Self.check(data, x, level)
            let isOff = Self.check(data, x.map { Float($0) }, level)
            // Sums in single are not double in disguise.
            if rowCount > 1 { #expect(isOff) }
        }
    }

    @Test(arguments: KernelLevel.available, [(true, 4), (false, 4), (false, 1)])
    func `rows stored by columns give the same bits on every level`(
        level: KernelLevel, kind: (isBinary: Bool, oneIn: UInt64)
    ) {
        var inputs = KernelInputs(seed: 10)
        for rowCount in [1, 8, 63, 700, LogisticColumns.limit] {
            let data = Self.data(
                rows: rowCount, isBinary: kind.isBinary, oneIn: kind.oneIn, &inputs)
            let x = inputs.numbers(data.dimension, awkward: false).map { $0 / 1e5 }
            let found = Self.gradientByColumns(data, x, level)
            #expect(bits(found) == bits(Self.gradientByColumns(data, x, .portable)))
            let byRows = Self.evaluate(data, x, level).gradient
            for (a, b) in zip(found, byRows) { #expect((a - b).magnitude <= 1e-9) }
            let singles = x.map { Float($0) }
            #expect(
                bits(Self.gradientByColumns(data, singles, level))
                    == bits(Self.gradientByColumns(data, singles, .portable)))
        }
    }

    /// Compares gradients with the formula; returns whether one is off by more than a double would be.
    @discardableResult
    private static func check<Scalar: TestedScalar>(
        _ data: LabelledData, _ x: [Scalar], _ level: KernelLevel
    ) -> Bool {
        let exact = Exact(data, x.map { Double($0) }, Scalar.self)
        let byRows = gradient(data, x, level)
        let byColumns = gradientByColumns(data, x, level)
        var isOff = false
        for column in 0..<data.dimension {
            let bound = exact.bound[column]
            #expect((Double(byRows[column]) - exact.gradient[column]).magnitude <= bound)
            #expect((Double(byColumns[column]) - exact.gradient[column]).magnitude <= bound)
            let error = (Double(byRows[column]) - exact.gradient[column]).magnitude
            if error > 1e-12 * exact.gradient[column].magnitude { isOff = true }
        }
        return isOff
    }

    /// The formula in double precision, with the entries as a precision sees them, and how far off
    /// sums in that precision may be.
    private struct Exact {
        var gradient: [Double]
        var bound: [Double]
        var loss = 0.0

        init<Scalar: TestedScalar>(_ data: LabelledData, _ x: [Double], _ type: Scalar.Type) {
            gradient = [Double](repeating: 0, count: data.dimension)
            bound = gradient
            let growth = { Scalar.growth($0) + Double.growth($0) }
            for row in 0..<data.rowCount {
                let label = data.labels[row]
                let entries = data.entries(ofRow: row).map { ($0.column, Double(Scalar($0.value))) }
                let margin = label * entries.reduce(0) { $0 + $1.1 * x[$1.0] }
                let size = entries.reduce(0) { $0 + ($1.1 * x[$1.0]).magnitude }
                let exponential = Elementary.exp(SIMD8(repeating: -margin))[0]
                loss += Elementary.log(1 + exponential)
                let weight = label * (margin < -700 ? 1 : exponential / (1 + exponential))
                // The slope of σ is at most ¼; a weight is rounded once, and σ in double off by 8u. What
                // is compared with was computed in double, and is off by as much as that may be.
                let offset =
                    0.25 * growth(data.dimension + 1) * size
                    + (Scalar.growth(1) + Double.growth(16)) * weight.magnitude
                for (column, value) in entries {
                    gradient[column] -= weight * value
                    bound[column] +=
                        value.magnitude * (offset + growth(data.rowCount + 2) * weight.magnitude)
                }
            }
        }
    }

    private static func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
        for (index, element) in elements.enumerated() { memory[index] = element }
        return memory
    }

    private static func gradientByColumns<Scalar: TestedScalar>(
        _ data: LabelledData, _ x: [Scalar], _ level: KernelLevel
    ) -> [Scalar] {
        StoredColumns(data, Scalar.self).gradient(at: x, level).gradient
    }

    private static func data(
        rows: Int, isBinary: Bool = false, oneIn share: UInt64 = 4, _ inputs: inout KernelInputs
    ) -> LabelledData {
        let dimension = 37
        var offsets = [0]
        var columns: [UInt32] = []
        var values: [Double] = []
        for _ in 0..<rows {
            for column in 0..<dimension where inputs.bits() % share == 0 {
                columns.append(UInt32(column))
                values.append(isBinary ? 1 : inputs.moderate())
            }
            offsets.append(columns.count)
        }
        return LabelledData(
            dimension: dimension, offsets: offsets, columns: columns, values: values,
            labels: (0..<rows).map { _ in inputs.bits() % 2 == 0 ? 1 : -1 })
    }

    private static func gradient<Scalar: TestedScalar>(
        _ data: LabelledData, _ x: [Scalar], _ level: KernelLevel
    ) -> [Scalar] {
        let values = copy(data.packedValues.map { Scalar($0) })
        defer { values.deallocate() }
        var gradient = [Scalar](repeating: 0, count: data.dimension)
        withRows(of: data) {
            Scalar.kernels(level).addLogisticGradient(
                of: $0, values: values, at: x, to: &gradient)
        }
        return gradient
    }

    private static func evaluate(
        _ data: LabelledData, _ x: [Double], _ level: KernelLevel
    ) -> (gradient: [Double], loss: Double) {
        var gradient = [Double](repeating: 0, count: data.dimension)
        let loss = withRows(of: data) {
            level.kernels.addLogisticGradientAndLoss(
                of: $0, values: data.packedValues, at: x, to: &gradient)
        }
        return (gradient, loss)
    }

    private static func withRows<Result>(
        of data: LabelledData, _ body: (LogisticRows) -> Result
    ) -> Result {
        let order = copy((0..<UInt32(data.rowCount)).reversed().map { $0 })
        let workspace = copy(
            [SIMD8<Double>](repeating: .zero, count: LogisticRows.workspaceSize))
        defer {
            order.deallocate()
            workspace.deallocate()
        }
        return body(
            LogisticRows(
                rows: order, count: data.rowCount, groups: data.groups, columns: data.columns,
                labels: data.labels, workspace: workspace))
    }
}
