//! One call for what several ask for at the same time: whoever comes while a call is under way waits for the next one, which
//! is then for all who wait. Nobody waits for others to come.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, oneshot};
use tokio::task::yield_now;

/// What waits for the next call, and the turn to make it.
#[derive(Debug)]
pub(crate) struct Together<T, R> {
    most: usize,
    waiting: Mutex<Vec<(T, oneshot::Sender<R>)>>,
    turn: Turn<()>,
}

impl<T: Clone, R> Together<T, R> {
    /// Calls for `most` at the most.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, waiting: Mutex::default(), turn: Turn::default() }
    }

    /// The answer for `item`, by a call that somebody makes: `call` gives an answer for each, in their order.
    pub(crate) async fn ask<F: Future<Output = Vec<R>>>(&self, item: T, call: impl Fn(Vec<T>) -> F) -> R {
        let mut answer = self.wait(&item);
        // Those that are handled at the same time come to this point before anybody goes on.
        yield_now().await;
        loop {
            let turn = self.turn.lock().await;
            match answer.try_recv() {
                Ok(answer) => return answer,
                // Whoever made the call gave up before it was answered, or gave too few answers.
                Err(oneshot::error::TryRecvError::Closed) => answer = self.wait(&item),
                Err(oneshot::error::TryRecvError::Empty) => {}
            }
            let (items, tell): (Vec<_>, Vec<_>) = self.next().into_iter().unzip();
            for (answer, tell) in call(items).await.into_iter().zip(tell) {
                // Who does not wait any more need not be told.
                let _ = tell.send(answer);
            }
            drop(turn);
        }
    }

    fn wait(&self, item: &T) -> oneshot::Receiver<R> {
        let (tell, answer) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((item.clone(), tell));
        answer
    }

    fn next(&self) -> Vec<(T, oneshot::Sender<R>)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        // Who gave up while waiting is left out.
        waiting.retain(|(_, tell)| !tell.is_closed());
        let most = self.most.min(waiting.len());
        waiting.drain(..most).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use futures_util::future::join_all;
    use tokio::time::{sleep, timeout};

    use super::*;

    /// Asks for each item, and the calls that are made of it.
    async fn calls(items: impl IntoIterator<Item = u32>, most: usize) -> Vec<Vec<u32>> {
        let (together, calls) = (Together::new(most), RefCell::new(Vec::new()));
        let call = |items: Vec<u32>| {
            calls.borrow_mut().push(items.clone());
            async move {
                sleep(Duration::from_millis(5)).await;
                items.iter().map(|item| item * 2).collect()
            }
        };
        let asked = items.into_iter().map(async |item| {
            sleep(Duration::from_millis(u64::from(item / 10))).await;
            assert_eq!(together.ask(item, &call).await, item * 2);
        });
        join_all(asked).await;
        calls.into_inner()
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_at_the_same_time_shares_a_call() {
        assert_eq!(calls(0..5, 25).await, [[0, 1, 2, 3, 4]]);
        assert_eq!(calls([7], 25).await, [[7]]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_during_a_call_shares_the_next() {
        assert_eq!(calls([0, 10, 20, 30], 25).await, [vec![0], vec![10, 20, 30]]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_is_for_so_many_and_no_more() {
        assert_eq!(calls(0..5, 2).await, [vec![0, 1], vec![2, 3], vec![4]]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_in_the_middle_of_a_call_takes_nobody_along() {
        let together = Together::new(25);
        let impatient = timeout(Duration::from_millis(1), together.ask(1, |_| std::future::pending()));
        let patient = together.ask(2, std::future::ready);
        assert!(matches!(tokio::join!(biased; impatient, patient), (Err(_), 2)));
    }
}
