/*
 * key.h - who knows the key? Asked and answered without ever sending it.
 *
 * On a Unix socket the kernel vouches for the other side's user. On TCP nobody does, so both sides
 * must prove that they know a common secret, as in Python's multiprocessing.connection:
 *
 *     manager -> client   CHALLENGE: a nonce, a number that was never used before
 *     client -> manager   ANSWER: a nonce of its own, and its proof
 *     manager -> client   WELCOME: its own proof, or REFUSAL
 *
 * A proof is the HMAC-SHA256 (RFC 2104) by the key of: who proves it, the manager's nonce, the
 * client's nonce. A listener can't use it again, since the nonces change; and nobody can send a
 * manager's own proof back to it as the client's, since the two are of different words. What is
 * said afterwards is neither secret nor sealed: this is for a network that is trusted not to
 * meddle.
 *
 * The HMAC and its comparison, which takes the same time however much is right, are libsodium's:
 * a small library of few and stable functions, which costs a process that forks next to nothing.
 */
#ifndef PARBENCH_MANAGER_KEY_H
#define PARBENCH_MANAGER_KEY_H

#include <stdbool.h>
#include <stddef.h>

#define KEY_BYTES_MAX 64
#define KEY_BYTES_MIN 16
#define NONCE_BYTES   32
#define PROOF_BYTES   32

struct key {
    size_t bytes; /* KEY_BYTES_MIN .. KEY_BYTES_MAX */
    unsigned char data[KEY_BYTES_MAX];
};

struct nonces {
    unsigned char manager[NONCE_BYTES], client[NONCE_BYTES];
};

enum prover { PROVER_CLIENT, PROVER_MANAGER };

/* Fills a key with random bytes; and a nonce. Return 0 or a negative errno. */
int key_make(struct key *key);
int key_nonce(unsigned char nonce[NONCE_BYTES]);

/* The proof that prover knows the key. */
void key_prove(const struct key *key, enum prover prover, const struct nonces *nonces,
               unsigned char proof[PROOF_BYTES]);

/* Whether that is prover's proof. */
bool key_proved(const struct key *key, enum prover prover, const struct nonces *nonces,
                const unsigned char proof[PROOF_BYTES]);

#endif
