//! The answers that a statement has got so far.

/// Answers in the order in which an evaluation asks for them.
///
/// An evaluation that needs an answer stops, and begins again from its start when it has come. It
/// asks the same questions in the same order, so what was answered, and what had a side effect, is
/// taken from here and not done twice.
#[derive(Debug, Default)]
pub struct Replay {
    answers: Vec<Result<String, String>>,
    next: usize,
}

impl Replay {
    /// Goes back to the first answer.
    pub fn begin(&mut self) {
        self.next = 0;
    }

    /// How many answers were taken so far.
    pub fn position(&self) -> usize {
        self.next
    }

    /// Goes back to where so many answers were taken.
    pub fn rewind(&mut self, position: usize) {
        self.next = position;
    }

    /// Forgets all answers: the statement has ended.
    pub fn clear(&mut self) {
        self.answers.clear();
        self.next = 0;
    }

    /// Adds the answer that was asked for last.
    pub fn push(&mut self, answer: Result<String, String>) {
        self.answers.push(answer);
    }

    /// The next answer, if it is known.
    pub fn take(&mut self) -> Option<Result<String, String>> {
        let answer = self.answers.get(self.next)?.clone();
        self.next += 1;
        Some(answer)
    }

    /// The next answer, which `work` gives when it is not known yet.
    pub fn once(
        &mut self,
        work: impl FnOnce() -> Result<String, String>,
    ) -> Result<String, String> {
        if let Some(answer) = self.take() {
            return answer;
        }
        let answer = work();
        self.push(answer.clone());
        self.next += 1;
        answer
    }
}
