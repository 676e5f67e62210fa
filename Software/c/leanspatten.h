/* Driver of LeanSpAtten for bare metal: no heap, no operating system, C99.
 *
 * The platform gives two functions for registers and memory that both sides see. A job is a descriptor of
 * LEANSPATTEN_JOB_DESCRIPTOR_WORDS words, made with leanspatten_set by the fields of leanspatten_records.h; so is a launch, for
 * an accelerator whose register `capabilities` says that it takes these. */
#ifndef LEANSPATTEN_H
#define LEANSPATTEN_H

#include <stdint.h>

#include "leanspatten_records.h"
#include "leanspatten_registers.h"

/* Registers of the device: offset in bytes from the begin of its window. Everything that was stored in memory before
 * `write` must be there for the device when the write takes effect (a barrier on most platforms), and what is loaded
 * after `read` must not be older than it. `context` is handed through. */
struct leanspatten_bus {
    void *context;
    uint32_t (*read)(void *context, uint32_t offset);
    void (*write)(void *context, uint32_t offset, uint32_t value);
};

/* A piece of memory as the processor and as the device address it. Uncached, or kept coherent by the bus functions. */
struct leanspatten_memory {
    void *pointer;
    uint64_t address;
};

enum leanspatten_result {
    LEANSPATTEN_OK = 0,
    LEANSPATTEN_BUSY = 1,            /* the ring is full, or the chain is not done */
    LEANSPATTEN_STOPPED = 2,         /* an error: see leanspatten_error, then leanspatten_soft_reset */
    LEANSPATTEN_NOT_THERE = -1,      /* the window holds something else */
    LEANSPATTEN_WRONG_VERSION = -2,
    LEANSPATTEN_WRONG_CONFIGURATION = -3,
    LEANSPATTEN_BAD_ARGUMENT = -4,   /* what is not aligned, too large or missing */
    LEANSPATTEN_TIMEOUT = -5
};

struct leanspatten_error {
    uint32_t code;                   /* LEANSPATTEN_FAULT_... */
    uint32_t job;
    uint64_t address;
};

/* One device. Its members belong to the functions below. */
struct leanspatten {
    struct leanspatten_bus bus;
    struct leanspatten_memory ring;
    uint32_t slots;
    uint32_t given;                  /* chains, modulo 2^16 as in the registers */
    volatile uint32_t done;
    volatile uint32_t causes;        /* LEANSPATTEN_IRQ_STATUS_..._MASK that interrupts have brought */
};

/* A chain that was given. */
typedef uint32_t leanspatten_chain;

/* Checks that the device is there and built as `configuration_hash` says (0: however it is), sets the ring up and starts.
 * `ring` is aligned to 64 bytes and has 2^slots_log2 slots of LEANSPATTEN_RING_SLOT_BYTES; `irq_enable` is of masks of
 * that register; `watchdog` in cycles, 0: none. */
enum leanspatten_result leanspatten_init(
    struct leanspatten *device, const struct leanspatten_bus *bus, const struct leanspatten_memory *ring, uint32_t slots_log2,
    uint64_t configuration_hash, uint32_t irq_enable, uint32_t watchdog);

/* An empty descriptor, with its magic number: of a job, of a launch. */
void leanspatten_clear(uint32_t *descriptor);
void leanspatten_clear_launch(uint32_t *descriptor);

/* Puts a number into a field of up to 31 bits: leanspatten_set(d, LEANSPATTEN_FIELD(HEADS), 4). */
#define LEANSPATTEN_FIELD(name) \
    LEANSPATTEN_JOB_DESCRIPTOR_##name##_WORD, LEANSPATTEN_JOB_DESCRIPTOR_##name##_SHIFT, LEANSPATTEN_JOB_DESCRIPTOR_##name##_MASK
#define LEANSPATTEN_LAUNCH_FIELD(name) \
    LEANSPATTEN_LAUNCH_DESCRIPTOR_##name##_WORD, LEANSPATTEN_LAUNCH_DESCRIPTOR_##name##_SHIFT, LEANSPATTEN_LAUNCH_DESCRIPTOR_##name##_MASK
void leanspatten_set(uint32_t *descriptor, uint32_t word, uint32_t shift, uint32_t mask, uint32_t value);

/* An address: leanspatten_set_address(d, LEANSPATTEN_JOB_DESCRIPTOR_OUTPUT_ADDRESS_WORD, address). */
void leanspatten_set_address(uint32_t *descriptor, uint32_t word, uint64_t address);

/* Gives a chain of `count` descriptors: the first goes into the ring; the others lie in memory that the device sees, one
 * every LEANSPATTEN_JOB_DESCRIPTOR_WORDS words from `rest` on (0 for a chain of one), and stay there until it is done. The
 * `next` of all of them is set here. `chain` may be 0. */
enum leanspatten_result leanspatten_submit(
    struct leanspatten *device, uint32_t *first, const struct leanspatten_memory *rest, uint32_t count, leanspatten_chain *chain);

/* OK if the chain is done, else BUSY or STOPPED. */
enum leanspatten_result leanspatten_poll(struct leanspatten *device, leanspatten_chain chain);

/* Polls up to `tries` times. */
enum leanspatten_result leanspatten_wait(struct leanspatten *device, leanspatten_chain chain, uint32_t tries);

/* To be called from the handler of the device's interrupt, whose line is then low: notes what has happened in `causes` and
 * how far the ring is in `done`. */
void leanspatten_interrupt(struct leanspatten *device);

/* OK if an interrupt has said that the chain is done; reads no register. */
enum leanspatten_result leanspatten_done(const struct leanspatten *device, leanspatten_chain chain);

/* Why the device has stopped. */
void leanspatten_get_error(struct leanspatten *device, struct leanspatten_error *error);

/* Stops, forgets all chains and errors; the device is ready anew. TIMEOUT if its bursts do not end. */
enum leanspatten_result leanspatten_soft_reset(struct leanspatten *device, uint32_t tries);

/* A counter as of now, by the offset of its low half: LEANSPATTEN_CYCLES_LOW_OFFSET. */
uint64_t leanspatten_counter(struct leanspatten *device, uint32_t offset);

#endif
