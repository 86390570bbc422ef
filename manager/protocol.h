/*
 * protocol.h - what a manager and its clients say to each other.
 *
 * Every message is a frame (common/frame.h). A client asks, the manager answers each request once
 * and in order; a client may ask again before the answer has come. Numbers travel in the frame's
 * header, bytes in its payload:
 *
 *     request   type      what shall be done
 *               index     a position or an amount, signed
 *               count     how many items
 *               payload   struct call, then the key (dictionaries), then the value or the items
 *     REPLY     index     a number; count: how many items; payload: the value or the items
 *     REFUSAL   index     why: an errno; payload: the same in words, not ended by 0
 *
 * Several values in one payload are *items*: each is its length, itself, and zeros up to a multiple
 * of 8 bytes. So a value begins at a multiple of 8, and whoever keeps plain records in it can use
 * them where they are.
 *
 * All of it may come from anybody: nothing is believed before it is checked.
 */
#ifndef PARBENCH_MANAGER_PROTOCOL_H
#define PARBENCH_MANAGER_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "common/frame.h"

#define MANAGER_NAME_BYTES_MAX  63u                           /* of an object's name */
#define MANAGER_KEY_BYTES_MAX   4096u                         /* of a dictionary's key */
#define MANAGER_VALUE_BYTES_MAX (FRAME_BYTES_MAX - 8u * 1024) /* of one value */
#define MANAGER_REPLY_BYTES     (1024u * 1024u) /* of items in a reply, if it holds more than one */
#define MANAGER_TEXT_BYTES      176u            /* of a refusal's words */
#define MANAGER_FOREVER         UINT64_MAX      /* as a limit of a wait */

enum manager_kind { MANAGER_LIST = 1, MANAGER_DICT, MANAGER_COUNTER, MANAGER_LOCK };

enum manager_message {
    /* before any request, where there is a key (key.h) */
    MANAGER_CHALLENGE = 1, /* manager: nonce */
    MANAGER_ANSWER,        /* client: nonce, proof */
    MANAGER_WELCOME,       /* manager: proof */

    MANAGER_REPLY,
    MANAGER_REFUSAL,

    /* requests; in brackets: what is given -> what a REPLY brings */
    MANAGER_OPEN,         /* (index: kind, value: name -> index: number) makes it if need be */
    MANAGER_WILL,         /* (list, value) to be appended, with a reason, when the client is gone */
    MANAGER_LIST_APPEND,  /* (value -> index: length) */
    MANAGER_LIST_EXTEND,  /* (items -> index: length) */
    MANAGER_LIST_GET,     /* (index -> value) -1 is the last one, as in Python */
    MANAGER_LIST_SET,     /* (index, value) */
    MANAGER_LIST_POP,     /* (index -> value) */
    MANAGER_LIST_LEN,     /* (-> index: length) */
    MANAGER_LIST_SLICE,   /* (index, count -> items) as many as are there and fit */
    MANAGER_LIST_TAKE,    /* (count, limit -> items) the same from the front, and they are gone;
                             waits until there is one */
    MANAGER_LIST_CLEAR,   /* () */
    MANAGER_DICT_SET,     /* (key, value -> index: length) */
    MANAGER_DICT_GET,     /* (key -> value) */
    MANAGER_DICT_DELETE,  /* (key) */
    MANAGER_DICT_LEN,     /* (-> index: length) */
    MANAGER_DICT_KEYS,    /* (-> items) in the order of their bytes */
    MANAGER_COUNTER_ADD,  /* (index: amount -> index: value before) */
    MANAGER_COUNTER_GET,  /* (-> index: value) */
    MANAGER_LOCK_ACQUIRE, /* (limit -> index: 1 if its last owner died holding it) */
    MANAGER_LOCK_RELEASE, /* () */
    MANAGER_MESSAGES
};

struct call {           /* the first bytes of each request's payload */
    uint32_t object;    /* its number, from OPEN */
    uint32_t key_bytes; /* 0 where there is no key */
    uint64_t limit_ns;  /* TAKE, ACQUIRE: the longest wait */
};

/* What is appended, behind the value, for a client that has left a will and is gone. */
struct parting {
    int64_t error; /* 0: it closed; -EPROTO: it sent nonsense; -ETIMEDOUT: it was too slow; -EPIPE:
                      it was cut off in the middle of a message; or another negative errno */
};

struct bytes { /* somebody else's */
    const char *data;
    size_t count;
};

/* The room that an item takes up for a value of so many bytes. */
size_t item_room(size_t bytes);

/* Begins an item at `at`, a multiple of 8 with item_room(bytes) bytes: writes all but the value.
 * Returns where that goes. */
char *item_begin(char *at, size_t bytes);

/* For who sends its parts from where they are: ITEM_HEAD_BYTES that stand before the value, and how
 * many zeros follow it. */
#define ITEM_HEAD_BYTES 8u
void item_head(char *at, size_t bytes);
size_t item_padding(size_t bytes);

/* Takes the first item off *items. Returns 1: *value points into it; 0: there is none; -EPROTO:
 * that is no item. */
int item_next(struct bytes *items, struct bytes *value);

#endif
