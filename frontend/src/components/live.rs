//! Closures of one type each. What follows a signal or answers an event is compiled once for every *type* of closure in
//! the page, about four kilobytes each; behind a box all that give the same share one.

/// A value that follows signals.
pub type Live<T> = Box<dyn FnMut() -> T + Send>;

/// A value of an attribute or a text that follows signals.
pub fn live<T>(value: impl FnMut() -> T + Send + 'static) -> Live<T> {
    Box::new(value)
}

/// What happens on an event.
pub fn on<E>(happens: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(happens)
}
