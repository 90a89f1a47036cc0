/* A library that stands in for the NVIDIA driver's in tests: the functions that
   jouleboard calls, with answers chosen by STANDIN_MODE. Any of them is left out
   with -DOMIT_name. Layouts are those of the driver's public interface.

   It ends the process with abort() where a caller breaks the rules: a call
   before nvmlInit, nvmlShutdown after an nvmlInit that failed, no values. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OK = 0, INVALID = 2, UNSUPPORTED = 3, NOPERM = 4, SMALL = 7, NODRIVER = 9, LOST = 15 };
enum { DEVICES = 2, POWER_MW = 300000, UPDATE_US = 20000 };

typedef struct board { int index; } board;
typedef struct { unsigned id, scope; long long stamp, latency; unsigned type; int ret; union { double d; unsigned u; unsigned long long q; unsigned short s; } v; } field;
typedef struct { char legacy[16]; unsigned domain, bus, device, id, sub; char bus_id[32]; } pci;
typedef struct { unsigned long long total, free, used; } memory;
typedef struct { unsigned gpu, memory; } utilization;
typedef struct { unsigned pid; unsigned long long used; } process_v1;
typedef struct { unsigned pid; unsigned long long used; unsigned gi, ci; } process;

static board boards[DEVICES] = { {0}, {1} };
static int started;
static long long calls;

static int mode(const char *name) { const char *m = getenv("STANDIN_MODE"); return m && !strcmp(m, name); }
static void alive(void) { if (!started) { fputs("standin: called before nvmlInit\n", stderr); abort(); } calls++; }
static int lost(const board *b) { return mode("lost") && b->index == 1 && calls > 200; }

static long long now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}
static unsigned long long millijoules(const board *b) {
  long long us = now_us() / UPDATE_US * UPDATE_US;
  return (unsigned long long)(us / 1000 * (POWER_MW / 1000)) + 1000u * (unsigned)b->index;
}
static int put(char *to, unsigned n, const char *s) {
  if (strlen(s) + 1 > n) return SMALL;
  strcpy(to, s);
  return OK;
}
static int start(void) {
  if (mode("init_fails")) return NODRIVER;
  started = 1;
  return OK;
}

#ifndef OMIT_nvmlInit
int nvmlInit(void) { return start(); }
#endif
#ifndef OMIT_nvmlInit_v2
int nvmlInit_v2(void) { return start(); }
#endif
#ifndef OMIT_nvmlShutdown
int nvmlShutdown(void) { alive(); started = 0; return OK; }
#endif
#ifndef OMIT_nvmlErrorString
const char *nvmlErrorString(int r) { (void)r; return "text of the stand-in"; }
#endif
#ifndef OMIT_nvmlSystemGetDriverVersion
int nvmlSystemGetDriverVersion(char *s, unsigned n) { alive(); return put(s, n, "570.00.01"); }
#endif
#ifndef OMIT_nvmlSystemGetNVMLVersion
int nvmlSystemGetNVMLVersion(char *s, unsigned n) { alive(); return put(s, n, "12.570.00.01"); }
#endif
#ifndef OMIT_nvmlSystemGetCudaDriverVersion
int nvmlSystemGetCudaDriverVersion(int *v) { alive(); *v = 12080; return OK; }
#endif

static int count(unsigned *n) { alive(); *n = mode("no_gpu") ? 0 : DEVICES; return OK; }
#ifndef OMIT_nvmlDeviceGetCount
int nvmlDeviceGetCount(unsigned *n) { return count(n); }
#endif
#ifndef OMIT_nvmlDeviceGetCount_v2
int nvmlDeviceGetCount_v2(unsigned *n) { return count(n); }
#endif

static int handle(unsigned i, board **b) {
  alive();
  if (i >= DEVICES) return INVALID;
  if (mode("forbidden") && i == 1) return NOPERM;
  *b = &boards[i];
  return OK;
}
#ifndef OMIT_nvmlDeviceGetHandleByIndex
int nvmlDeviceGetHandleByIndex(unsigned i, board **b) { return handle(i, b); }
#endif
#ifndef OMIT_nvmlDeviceGetHandleByIndex_v2
int nvmlDeviceGetHandleByIndex_v2(unsigned i, board **b) { return handle(i, b); }
#endif
#ifndef OMIT_nvmlDeviceGetUUID
int nvmlDeviceGetUUID(board *b, char *s, unsigned n) {
  alive();
  if (lost(b)) return LOST;
  return put(s, n, b->index ? "GPU-22222222-0000-4000-8000-000000000001" : "GPU-11111111-0000-4000-8000-000000000000");
}
#endif
#ifndef OMIT_nvmlDeviceGetName
int nvmlDeviceGetName(board *b, char *s, unsigned n) { (void)b; alive(); return put(s, n, "Stand-in 300 W"); }
#endif

static int bus(board *b, pci *p, int legacy) {
  alive();
  memset(p, 0, legacy ? sizeof p->legacy : sizeof *p);
  if (legacy) snprintf(p->legacy, sizeof p->legacy, "0000:%02X:00.0", 0x1b + b->index);
  else snprintf(p->bus_id, sizeof p->bus_id, "00000000:%02X:00.0", 0x1b + b->index);
  return OK;
}
#ifndef OMIT_nvmlDeviceGetPciInfo
int nvmlDeviceGetPciInfo(board *b, pci *p) { return bus(b, p, 1); }
#endif
#ifndef OMIT_nvmlDeviceGetPciInfo_v2
int nvmlDeviceGetPciInfo_v2(board *b, pci *p) { return bus(b, p, 1); }
#endif
#ifndef OMIT_nvmlDeviceGetPciInfo_v3
int nvmlDeviceGetPciInfo_v3(board *b, pci *p) { return bus(b, p, 0); }
#endif
#ifndef OMIT_nvmlDeviceGetMemoryInfo
int nvmlDeviceGetMemoryInfo(board *b, memory *m) { (void)b; alive(); m->total = 80ULL << 30; m->used = 9ULL << 30; m->free = m->total - m->used; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetPowerManagementDefaultLimit
int nvmlDeviceGetPowerManagementDefaultLimit(board *b, unsigned *mw) { (void)b; alive(); *mw = 700000; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetEnforcedPowerLimit
int nvmlDeviceGetEnforcedPowerLimit(board *b, unsigned *mw) { (void)b; alive(); *mw = 650000; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetPowerManagementLimitConstraints
int nvmlDeviceGetPowerManagementLimitConstraints(board *b, unsigned *lo, unsigned *hi) { (void)b; alive(); *lo = 200000; *hi = 700000; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetApplicationsClock
int nvmlDeviceGetApplicationsClock(board *b, int c, unsigned *mhz) { (void)b; alive(); *mhz = c == 1 ? 1755 : 2619; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetMaxClockInfo
int nvmlDeviceGetMaxClockInfo(board *b, int c, unsigned *mhz) { (void)b; alive(); *mhz = c == 1 ? 1980 : 2619; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetClockInfo
int nvmlDeviceGetClockInfo(board *b, int c, unsigned *mhz) { (void)b; alive(); *mhz = c == 1 ? 1830 : 2619; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetEccMode
int nvmlDeviceGetEccMode(board *b, int *now, int *next) { (void)b; alive(); *now = *next = 1; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetPersistenceMode
int nvmlDeviceGetPersistenceMode(board *b, int *on) { (void)b; alive(); *on = 1; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetMigMode
int nvmlDeviceGetMigMode(board *b, unsigned *now, unsigned *next) {
  alive();
  *now = *next = mode("mig") && b->index == 1;
  return OK;
}
#endif
#ifndef OMIT_nvmlDeviceGetVirtualizationMode
int nvmlDeviceGetVirtualizationMode(board *b, int *m) { (void)b; alive(); *m = mode("vgpu") ? 2 : mode("passthrough") ? 1 : 0; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetNvLinkState
int nvmlDeviceGetNvLinkState(board *b, unsigned link, int *on) {
  (void)b;
  alive();
  if (link >= 12) return INVALID;
  *on = 1;
  return OK;
}
#endif
#ifndef OMIT_nvmlDeviceGetP2PStatus
int nvmlDeviceGetP2PStatus(board *b, board *other, int caps, int *status) {
  alive();
  if (caps != 2 || b == other) return INVALID;
  *status = mode("pcie") ? 5 : mode("p2p_unknown") ? 6 : 0;
  return OK;
}
#endif
#ifndef OMIT_nvmlDeviceGetTotalEnergyConsumption
int nvmlDeviceGetTotalEnergyConsumption(board *b, unsigned long long *mj) {
  alive();
  if (lost(b)) return LOST;
  if (mode("no_counter") || mode("module")) return UNSUPPORTED;
  *mj = millijoules(b);
  return OK;
}
#endif
#ifndef OMIT_nvmlDeviceGetPowerUsage
int nvmlDeviceGetPowerUsage(board *b, unsigned *mw) {
  alive();
  if (lost(b)) return LOST;
  if (mode("module")) return UNSUPPORTED;
  *mw = POWER_MW;
  return OK;
}
#endif
#ifndef OMIT_nvmlDeviceGetFieldValues
int nvmlDeviceGetFieldValues(board *b, int n, field *f) {
  alive();
  if (n < 1) abort();
  if (lost(b)) return LOST;
  if (mode("fields_unfilled")) return OK;
  for (int i = 0; i < n; i++) {
    f[i].ret = UNSUPPORTED;
    f[i].v.q = 0xdeadbeef; /* undefined unless ret is OK */
    f[i].stamp = 1;
    int gpu = f[i].scope == 0 && !mode("module"), module = f[i].scope == 1 && mode("module");
    switch (f[i].id) {
    case 186:
      if ((gpu && !mode("old_fields")) || module) { f[i].ret = OK; f[i].type = 1; f[i].v.u = POWER_MW; }
      break;
    case 185:
      if (gpu || module) { f[i].ret = OK; f[i].type = 0; f[i].v.d = POWER_MW; }
      break;
    case 191:
      if ((gpu && !mode("no_counter")) || module) { f[i].ret = OK; f[i].type = 3; f[i].v.q = millijoules(b); }
      break;
    case 74: case 76:
      f[i].ret = OK; f[i].type = 3; f[i].v.q = 1000000ULL * f[i].id;
      break;
    case 75:
      f[i].ret = OK; f[i].type = 3; f[i].v.q = 75;
      break;
    case 251: case 252: case 253:
      if (mode("old_fields")) break;
      f[i].ret = OK; f[i].type = 3; f[i].v.q = 1000000ULL * f[i].id;
      break;
    }
    if (mode("no_fields")) f[i].ret = UNSUPPORTED;
  }
  /* an old driver refuses the whole call for a number that it does not know */
  if (mode("old_fields") && f[0].id > 250) return INVALID;
  return OK;
}
#endif
#ifndef OMIT_nvmlDeviceGetTemperature
int nvmlDeviceGetTemperature(board *b, int s, unsigned *c) { (void)s; alive(); *c = 60u + (unsigned)b->index; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetUtilizationRates
int nvmlDeviceGetUtilizationRates(board *b, utilization *u) { (void)b; alive(); u->gpu = 97; u->memory = 40; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetCurrentClocksEventReasons
int nvmlDeviceGetCurrentClocksEventReasons(board *b, unsigned long long *m) { (void)b; alive(); *m = 0x44; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetCurrentClocksThrottleReasons
int nvmlDeviceGetCurrentClocksThrottleReasons(board *b, unsigned long long *m) { (void)b; alive(); *m = 0x204; return OK; }
#endif

/* five processes, so that a caller's first guess of the number is too small; with
   -DOWN the process that asks is all of them */
#ifdef OWN
#include <unistd.h>
#define FILL() for (unsigned i = 0; i < sizeof pids / sizeof *pids; i++) pids[i] = (unsigned)getpid();
#else
#define FILL()
#endif
static unsigned pids[] = { 4242, 1, 77, 78, 79 };
#define LIST() \
  alive(); \
  FILL() \
  if (mode("pids_forbidden")) return NOPERM; \
  unsigned all = sizeof pids / sizeof *pids; \
  if (*n < all) { *n = all; return SMALL; } \
  for (unsigned i = 0; i < all; i++) { p[i].pid = pids[i]; p[i].used = i ? ~0ULL : 9ULL << 30; } \
  *n = all; \
  return OK;
#ifndef OMIT_nvmlDeviceGetComputeRunningProcesses
int nvmlDeviceGetComputeRunningProcesses(board *b, unsigned *n, process_v1 *p) { (void)b; LIST() }
#endif
#ifndef OMIT_nvmlDeviceGetComputeRunningProcesses_v2
int nvmlDeviceGetComputeRunningProcesses_v2(board *b, unsigned *n, process *p) { (void)b; LIST() }
#endif
#ifndef OMIT_nvmlDeviceGetComputeRunningProcesses_v3
int nvmlDeviceGetComputeRunningProcesses_v3(board *b, unsigned *n, process *p) { (void)b; LIST() }
#endif
#ifndef OMIT_nvmlDeviceGetMPSComputeRunningProcesses
int nvmlDeviceGetMPSComputeRunningProcesses(board *b, unsigned *n, process_v1 *p) { (void)b; (void)p; alive(); *n = 0; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetMPSComputeRunningProcesses_v2
int nvmlDeviceGetMPSComputeRunningProcesses_v2(board *b, unsigned *n, process *p) { (void)b; (void)p; alive(); *n = 0; return OK; }
#endif
#ifndef OMIT_nvmlDeviceGetMPSComputeRunningProcesses_v3
int nvmlDeviceGetMPSComputeRunningProcesses_v3(board *b, unsigned *n, process *p) { (void)b; (void)p; alive(); *n = 0; return OK; }
#endif
/* one process that also computes: it is listed once */
#define ALSO \
  alive(); \
  if (*n < 1) { *n = 1; return SMALL; } \
  FILL() \
  p[0].pid = pids[0]; \
  p[0].used = 1; \
  *n = 1; \
  return OK;
#ifndef OMIT_nvmlDeviceGetGraphicsRunningProcesses
int nvmlDeviceGetGraphicsRunningProcesses(board *b, unsigned *n, process_v1 *p) { (void)b; ALSO }
#endif
#ifndef OMIT_nvmlDeviceGetGraphicsRunningProcesses_v2
int nvmlDeviceGetGraphicsRunningProcesses_v2(board *b, unsigned *n, process *p) { (void)b; ALSO }
#endif
#ifndef OMIT_nvmlDeviceGetGraphicsRunningProcesses_v3
int nvmlDeviceGetGraphicsRunningProcesses_v3(board *b, unsigned *n, process *p) { (void)b; ALSO }
#endif
