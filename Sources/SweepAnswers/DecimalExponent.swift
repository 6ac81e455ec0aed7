/// A finite number other than zero as ±size·10^exponent, with 1 ≤ size < 10.
///
/// - Complexity: O(|exponent|).
package func decimalExponent(of number: Double) -> (size: Double, exponent: Int) {
    var exponent = 0
    var size = abs(number)
    while size >= 10 {
        size /= 10
        exponent += 1
    }
    while size < 1 {
        size *= 10
        exponent -= 1
    }
    return (size, exponent)
}
