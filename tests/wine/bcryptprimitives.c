/*
 * Stands in for a system library that Wine has only from 8.13 on and that every Rust program imports. For tests under
 * Wine alone: it lies beside the program there and is never shipped.
 *
 * x86_64-w64-mingw32-gcc -shared -o bcryptprimitives.dll tests/wine/bcryptprimitives.c -ladvapi32
 */
#include <windows.h>

BOOLEAN NTAPI SystemFunction036(PVOID bytes, ULONG count);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T count)
{
    return SystemFunction036(bytes, (ULONG)count);
}
