// Package cthreads has threads and callbacks of C.
package cthreads

/*
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern void called(int);

static void *sleeper(void *unused) { for (;;) sleep(3600); return NULL; }
static void *caller(void *unused) { called(1); return NULL; }
static void *repeater(void *unused) { for (;;) { usleep(1000); called(0); } return NULL; }
static void *late(void *unused) { usleep(30000); puts("late from C"); fflush(stdout); return NULL; }
static void *quitter(void *unused) { _exit(6); return NULL; }

static void start(void *(*f)(void *), int wait)
{
	pthread_t t;
	pthread_create(&t, NULL, f, NULL);
	if (wait)
		pthread_join(t, NULL);
}

static void start_sleeper(void) { start(sleeper, 0); }
static void start_caller(void) { start(caller, 1); }
static void start_repeater(void) { start(repeater, 0); }
static void start_late(void) { start(late, 0); }
static void start_quitter(void) { start(quitter, 1); }
static void unflushed(void) { printf("unflushed"); }
static void flushed(void) { puts("from C"); fflush(stdout); }
static void c_exit(void) { exit(4); }
static void c_sleep(void) { sleep(3600); }
*/
import "C"

var calls = make(chan int, 1)

//export called
func called(n C.int) {
	if n > 0 {
		calls <- int(n)
	}
}

func Sleeper() { C.start_sleeper() }
func Caller() int {
	C.start_caller()
	return <-calls
}
func Repeater()  { C.start_repeater() }
func Late()      { C.start_late() }
func Quitter()   { C.start_quitter() }
func Unflushed() { C.unflushed() }
func Flushed()   { C.flushed() }
func Exit()      { C.c_exit() }
func Sleep()     { C.c_sleep() }
