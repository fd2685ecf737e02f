//! A bounded memory: as many bytes as it was made for, each entry for as long as it is asked for. What was not asked for the
//! longest goes first. It knows nothing of what it holds; pictures and activations are its users.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How much is held, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheLimits {
    /// Sum over all entries.
    pub max_bytes: u64,
    /// After an entry was last asked for.
    pub idle_time: Duration,
}

/// Entries by key, shared between threads.
#[derive(Debug)]
pub struct BoundedCache<K, V> {
    limits: CacheLimits,
    held: Mutex<Held<K, V>>,
}

#[derive(Debug)]
struct Held<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Keys by the turn in which each was last used: the first is the one to go.
    by_use: BTreeMap<u64, K>,
    next_turn: u64,
    size_bytes: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    size_bytes: u64,
    turn: u64,
    used_at: Instant,
}

impl<K: Clone + Eq + Hash, V: Clone> BoundedCache<K, V> {
    /// An empty memory.
    pub fn new(limits: CacheLimits) -> Self {
        let held = Held { entries: HashMap::new(), by_use: BTreeMap::new(), next_turn: 0, size_bytes: 0 };
        Self { limits, held: Mutex::new(held) }
    }

    /// The entry of that key, which counts as used by this.
    pub fn get(&self, key: &K) -> Option<V> {
        let mut held = self.lock();
        held.drop_idle(self.limits.idle_time);
        held.use_entry(key)
    }

    /// Holds a value, and lets go of others until it fits. Returns false, and holds nothing, where it never will.
    pub fn insert(&self, key: K, value: V, size_bytes: u64) -> bool {
        if size_bytes > self.limits.max_bytes {
            return false;
        }
        let mut held = self.lock();
        held.drop_idle(self.limits.idle_time);
        held.remove(&key);
        while held.size_bytes > self.limits.max_bytes - size_bytes {
            held.drop_oldest();
        }
        held.add(key, value, size_bytes);
        true
    }

    /// Lets go of what was not asked for in time. Asking does this too; a timer does it where nobody asks.
    pub fn drop_idle(&self) {
        self.lock().drop_idle(self.limits.idle_time);
    }

    /// Sum over all entries.
    pub fn size_bytes(&self) -> u64 {
        self.lock().size_bytes
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Held<K, V>> {
        self.held.lock().expect("no holder of this lock panics")
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Held<K, V> {
    fn use_entry(&mut self, key: &K) -> Option<V> {
        let turn = self.next_turn;
        let entry = self.entries.get_mut(key)?;
        self.by_use.remove(&entry.turn);
        self.by_use.insert(turn, key.clone());
        (entry.turn, entry.used_at) = (turn, Instant::now());
        self.next_turn += 1;
        Some(entry.value.clone())
    }

    fn add(&mut self, key: K, value: V, size_bytes: u64) {
        let turn = self.next_turn;
        self.next_turn += 1;
        self.size_bytes += size_bytes;
        self.by_use.insert(turn, key.clone());
        self.entries.insert(key, Entry { value, size_bytes, turn, used_at: Instant::now() });
    }

    fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.by_use.remove(&entry.turn);
            self.size_bytes -= entry.size_bytes;
        }
    }

    fn drop_oldest(&mut self) {
        let oldest = self.by_use.first_key_value().map(|(_turn, key)| key.clone());
        self.remove(&oldest.expect("a memory that is too full holds something"));
    }

    /// The order of use is the order of age, so it ends at the first entry that is young enough.
    fn drop_idle(&mut self, idle_time: Duration) {
        while let Some(key) = self.by_use.first_key_value().map(|(_turn, key)| key.clone()) {
            if self.entries[&key].used_at.elapsed() <= idle_time {
                break;
            }
            self.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn cache(max_bytes: u64, idle_time: Duration) -> BoundedCache<&'static str, u8> {
        BoundedCache::new(CacheLimits { max_bytes, idle_time })
    }

    #[test]
    fn the_longest_unused_goes_first_and_the_bound_holds() {
        let cache = cache(10, HOUR);
        assert!(cache.insert("a", 1, 4) && cache.insert("b", 2, 4));
        assert_eq!(cache.get(&"a"), Some(1), "used after b");
        assert!(cache.insert("c", 3, 5));
        assert_eq!((cache.get(&"a"), cache.get(&"b"), cache.get(&"c")), (Some(1), None, Some(3)));
        assert_eq!((cache.size_bytes(), cache.len()), (9, 2));
    }

    #[test]
    fn a_key_is_held_once() {
        let cache = cache(10, HOUR);
        assert!(cache.insert("a", 1, 6) && cache.insert("a", 2, 7));
        assert_eq!((cache.get(&"a"), cache.size_bytes(), cache.len()), (Some(2), 7, 1));
    }

    #[test]
    fn what_never_fits_displaces_nothing() {
        let cache = cache(10, HOUR);
        assert!(cache.insert("a", 1, 10));
        assert!(!cache.insert("b", 2, 11));
        assert_eq!((cache.get(&"a"), cache.get(&"b")), (Some(1), None));
    }

    #[test]
    fn what_nobody_asks_for_goes_in_time() {
        let idle_time = Duration::from_millis(60);
        let cache = cache(10, idle_time);
        assert!(cache.insert("asked for", 1, 1) && cache.insert("forgotten", 2, 1));
        for _ in 0..4 {
            thread::sleep(idle_time / 3);
            assert_eq!(cache.get(&"asked for"), Some(1));
        }
        assert_eq!(cache.len(), 1);
        thread::sleep(idle_time * 2);
        cache.drop_idle();
        assert!(cache.is_empty());
        assert_eq!(cache.size_bytes(), 0);
    }
}
