/* Debian's Wine 8.0 lacks bcryptprimitives.dll, from which every Rust program takes its random numbers. For tests only:
   Windows has the real one, and this one is never shipped. */
typedef unsigned char BYTE;
__declspec(dllimport) BYTE __stdcall SystemFunction036(void *buffer, unsigned long length);
__declspec(dllexport) int __stdcall ProcessPrng(BYTE *buffer, unsigned long long length) {
    return SystemFunction036(buffer, (unsigned long)length);
}
int __stdcall DllMainCRTStartup(void *module, unsigned long reason, void *reserved) {
    (void)module, (void)reason, (void)reserved;
    return 1;
}
