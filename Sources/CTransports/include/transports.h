#ifndef WINDROW_TRANSPORTS_H
#define WINDROW_TRANSPORTS_H
// Nothing: the functions are there for the linker alone.
#endif
