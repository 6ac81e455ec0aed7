extension LabelledData: Examples {
    /// d.
    package var featureCount: Int { dimension }

    /// Rows of a text file are no images.
    package var imageShape: ImageShape? { nil }

    /// The class of a row.
    package func label(ofRow row: Int) -> Int { Int(classes[row]) }

    /// Writes all d features of a row.
    package func copyFeatures(ofRow row: Int, into target: UnsafeMutablePointer<Double>) {
        copyGroups(ofRow: row, into: target) { value, place in
            UnsafeMutableRawPointer(target + place).storeBytes(of: value, as: SIMD4<Double>.self)
        }
    }

    /// Writes all d features of a row, each rounded to single precision.
    package func copyFeatures(ofRow row: Int, into target: UnsafeMutablePointer<Float>) {
        copyGroups(ofRow: row, into: target) { value, place in
            let singles = SIMD4(
                Float(value[0]), Float(value[1]), Float(value[2]), Float(value[3]))
            UnsafeMutableRawPointer(target + place).storeBytes(
                of: singles, as: SIMD4<Float>.self)
        }
    }

    /// Writes a row whose groups but the last stand side by side as they are, any other one entry by
    /// entry.
    ///
    /// - Parameter put: writes four features from a place on.
    @inline(__always)
    private func copyGroups<Scalar: BinaryFloatingPoint>(
        ofRow row: Int, into target: UnsafeMutablePointer<Scalar>,
        put: (_ value: SIMD4<Double>, _ place: Int) -> Void
    ) {
        let (first, end) = (groups[row], groups[row + 1])
        guard first < end else { return target.update(repeating: 0, count: dimension) }
        let last = end - 1
        // Columns ascend: where the last group begins tells whether one is missing before it.
        if Int(columns[last][0]) == 4 * (last - first) {
            // 0 makes 0 of −0, as everywhere.
            for group in first..<last { put(values[group] + 0, 4 * (group - first)) }
            let written = 4 * (last - first)
            (target + written).update(repeating: 0, count: dimension - written)
        } else {
            target.update(repeating: 0, count: dimension)
            for group in first..<last {
                let (column, value) = (columns[group], values[group] + 0)
                for lane in 0..<4 { target[Int(column[lane])] = Scalar(value[lane]) }
            }
        }
        for lane in 0..<4 where values[last][lane] != 0 {
            target[Int(columns[last][lane])] = Scalar(values[last][lane])
        }
    }
}
