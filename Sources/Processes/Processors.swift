import CProcess

/// How many processors this process may use; at least 1.
package func availableProcessors() -> Int { Int(windrow_processors()) }
