print("windrow")
