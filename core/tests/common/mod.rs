//! A counting allocator: what a test's thread takes from the heap and gives back to it. A test binary that declares this module runs on it.

#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static EVENTS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        EVENTS.with(|events| events.set(events.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        EVENTS.with(|events| events.set(events.get() + 1));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        EVENTS.with(|events| events.set(events.get() + 1));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// How often `work` takes from the heap or gives back to it, on this thread.
pub(crate) fn heap_events(work: impl FnOnce()) -> u64 {
    let before = EVENTS.with(Cell::get);
    work();
    EVENTS.with(Cell::get) - before
}
