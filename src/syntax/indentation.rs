//! The widths of the blocks that are open, and the width of white space.

/// How many columns a tab counts.
const TAB: u32 = 4;

/// The width of the blank byte `byte` in columns; 0 for anything but a blank or a tab.
pub fn width_of(byte: u8) -> u32 {
    match byte {
        b' ' => 1,
        b'\t' => TAB,
        _ => 0,
    }
}

/// The open blocks by their widths; the top level is one of width 0 that never closes.
#[derive(Debug, Clone, Default)]
pub struct Indentation {
    outer: Vec<u32>,
    current: u32,
}

impl Indentation {
    /// The width of the innermost open block.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// How many blocks are open.
    pub fn depth(&self) -> usize {
        self.outer.len()
    }

    /// Opens a block of that width.
    pub fn open(&mut self, width: u32) {
        self.outer.push(self.current);
        self.current = width;
    }

    /// Closes the innermost block, if one is open.
    pub fn close(&mut self) {
        self.current = self.outer.pop().unwrap_or(0);
    }

    /// Closes all blocks.
    pub fn reset(&mut self) {
        self.outer.clear();
        self.current = 0;
    }
}
