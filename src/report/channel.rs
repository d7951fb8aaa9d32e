//! One stream: texts that wait, and the one who writes them.

use std::io;
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::progress::{ON_SCREEN, Progress, WIPE};
use super::sink::Sink;

/// A buffer of this capacity is kept for the next batch; a larger one is given back.
const KEPT_CAPACITY: usize = 64 * 1024;

/// A stream with a queue in front of it.
#[derive(Debug)]
pub(super) struct Channel {
    queue: Mutex<Vec<u8>>,
    /// The length of `queue`, to be read without its lock.
    pending: AtomicUsize,
    /// The error as its number or, for one without number, as its kind.
    error: Mutex<Option<Broken>>,
    writer: tokio::sync::Mutex<Writer>,
    pub(super) progress: Progress,
}

#[derive(Clone, Copy, Debug)]
enum Broken {
    Number(i32),
    Kind(io::ErrorKind),
}

/// What was taken from the queue and is being written.
#[derive(Debug)]
struct Writer {
    sink: Sink,
    batch: Vec<u8>,
    written: usize,
    /// Whether the bar is the last thing on the terminal.
    bar: bool,
    /// Whether the last text has not ended its line: the bar has to wait.
    mid_line: bool,
}

impl Channel {
    pub(super) fn new(sink: Sink) -> Self {
        Self {
            queue: Mutex::default(),
            pending: AtomicUsize::new(0),
            error: Mutex::default(),
            writer: tokio::sync::Mutex::new(Writer {
                sink,
                batch: Vec::new(),
                written: 0,
                bar: false,
                mid_line: false,
            }),
            progress: Progress::default(),
        }
    }

    pub(super) fn push(&self, parts: &[&[u8]]) {
        let mut queue = lock(&self.queue);
        for part in parts {
            queue.extend_from_slice(part);
        }
        self.pending.store(queue.len(), Ordering::Release);
    }

    pub(super) fn pending(&self) -> usize {
        self.pending.load(Ordering::Acquire)
    }

    pub(super) fn error(&self) -> Option<io::Error> {
        lock(&self.error).map(|broken| match broken {
            Broken::Number(number) => io::Error::from_raw_os_error(number),
            Broken::Kind(kind) => io::Error::from(kind),
        })
    }

    pub(super) async fn flush(&self) -> io::Result<()> {
        let mut writer = self.writer.lock().await;
        self.drain(&mut writer).await;
        if self.draws(&mut writer) {
            self.drain(&mut writer).await;
        }
        drop(writer);
        self.error().map_or(Ok(()), Err)
    }

    pub(super) async fn write(&self, parts: &[&[u8]]) -> io::Result<()> {
        let mut writer = self.writer.lock().await;
        self.drain(&mut writer).await;
        if let Some(error) = self.error() {
            return Err(error);
        }
        if writer.wipes() {
            self.drain(&mut writer).await;
        }
        writer.mid_line = ends_mid_line(parts, writer.mid_line);
        let mut unwritten = Unwritten {
            writer: &mut writer,
            parts,
            offset: 0,
        };
        let result = unwritten.write().await;
        if let Err(error) = result {
            unwritten.parts = &[];
            self.remember(&error);
            return Err(error);
        }
        drop(unwritten);
        if self.draws(&mut writer) {
            self.drain(&mut writer).await;
        }
        Ok(())
    }

    /// Puts the bar into the empty batch, or wipes the one that is no longer wanted; whether there is anything to
    /// write now.
    fn draws(&self, writer: &mut Writer) -> bool {
        if writer.mid_line || !(writer.bar || self.progress.is_active()) {
            return false;
        }
        // A run flushes at every slice; what is on the terminal already is not written again.
        if writer.bar && self.progress.is_active() && !self.progress.is_due() {
            return false;
        }
        match self.progress.draw() {
            Some(bar) => {
                writer.batch = bar;
                writer.written = 0;
                writer.set_bar(true);
                true
            }
            None => writer.wipes(),
        }
    }

    /// Wipes the bar, as far as that is possible without waiting; it comes back with the next flush.
    pub(super) fn try_wipe(&self) {
        self.try_flush();
        if let Ok(mut writer) = self.writer.try_lock()
            && !self.take(&mut writer)
            && writer.wipes()
        {
            drop(writer);
            self.try_flush();
        }
    }

    /// Writes what can be written without waiting.
    pub(super) fn try_flush(&self) {
        let Ok(mut writer) = self.writer.try_lock() else {
            return;
        };
        while self.take(&mut writer) {
            match writer.try_step() {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => self.fail(&mut writer, &error),
            }
        }
    }

    async fn drain(&self, writer: &mut Writer) {
        while self.take(writer) {
            if let Err(error) = writer.step().await {
                self.fail(writer, &error);
            }
        }
    }

    /// Whether there is anything to write; takes a new batch when the last one is done.
    fn take(&self, writer: &mut Writer) -> bool {
        if writer.written < writer.batch.len() {
            return true;
        }
        writer.written = 0;
        writer.batch.clear();
        writer.batch.shrink_to(KEPT_CAPACITY);
        if self.pending() == 0 {
            return false;
        }
        let mut queue = lock(&self.queue);
        if writer.wipes() {
            writer.batch.append(&mut queue);
        } else {
            mem::swap(&mut *queue, &mut writer.batch);
        }
        writer.mid_line = ends_mid_line(&[&writer.batch], writer.mid_line);
        self.pending.store(0, Ordering::Release);
        drop(queue);
        if self.error().is_some() {
            writer.batch.clear();
        }
        !writer.batch.is_empty()
    }

    fn fail(&self, writer: &mut Writer, error: &io::Error) {
        writer.batch.clear();
        writer.written = 0;
        self.remember(error);
    }

    fn remember(&self, error: &io::Error) {
        lock(&self.error).get_or_insert(match error.raw_os_error() {
            Some(number) => Broken::Number(number),
            None => Broken::Kind(error.kind()),
        });
    }
}

impl Writer {
    /// Puts what wipes the bar into the empty batch; whether there is one.
    fn wipes(&mut self) -> bool {
        if !self.bar {
            return false;
        }
        self.set_bar(false);
        self.batch.extend_from_slice(WIPE);
        true
    }

    fn set_bar(&mut self, bar: bool) {
        self.bar = bar;
        ON_SCREEN.store(bar, Ordering::Release);
    }

    async fn step(&mut self) -> io::Result<()> {
        match self.try_step() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait().await,
            done => done,
        }
    }

    fn try_step(&mut self) -> io::Result<()> {
        let rest = self.batch.get(self.written..).unwrap_or_default();
        self.written += self.sink.try_write(rest)?;
        Ok(())
    }

    /// Waits until the sink takes more, or hands the batch to a thread that may block.
    async fn wait(&mut self) -> io::Result<()> {
        if !self.sink.may_block() {
            return self.sink.writable().await;
        }
        let mut batch = mem::take(&mut self.batch);
        batch.drain(..mem::take(&mut self.written));
        self.sink.write_in_thread(batch).await
    }
}

/// Parts that are written from where they lie. When the future is dropped half-way the rest is
/// copied, so that a line is not torn apart and nothing is lost.
struct Unwritten<'a> {
    writer: &'a mut Writer,
    parts: &'a [&'a [u8]],
    offset: usize,
}

impl Unwritten<'_> {
    async fn write(&mut self) -> io::Result<()> {
        while let Some((part, others)) = self.parts.split_first() {
            let rest = part.get(self.offset..).unwrap_or_default();
            if rest.is_empty() {
                self.parts = others;
                self.offset = 0;
                continue;
            }
            match self.writer.sink.try_write(rest) {
                Ok(count) => self.offset += count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn wait(&mut self) -> io::Result<()> {
        if self.writer.sink.may_block() {
            self.keep();
            return self.writer.wait().await;
        }
        self.writer.sink.writable().await
    }

    fn keep(&mut self) {
        let offset = mem::take(&mut self.offset);
        let mut parts = mem::take(&mut self.parts).iter();
        if let Some(first) = parts.next() {
            let rest = first.get(offset..).unwrap_or_default();
            self.writer.batch.extend_from_slice(rest);
        }
        for part in parts {
            self.writer.batch.extend_from_slice(part);
        }
    }
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        self.keep();
    }
}

fn ends_mid_line(parts: &[&[u8]], before: bool) -> bool {
    let last = parts.iter().rev().find_map(|part| part.last());
    last.map_or(before, |last| *last != b'\n')
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
