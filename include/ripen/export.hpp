#pragma once
// What a shared library of ours shows; all else in it is hidden.

/// Goes before every class and function of the public headers that is not all inline.
#define RIPEN_EXPORT __attribute__((visibility("default")))
