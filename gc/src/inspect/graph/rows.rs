//! Many short lists of numbers in two arrays.

use std::ops::Range;

/// `items[starts[i]..starts[i + 1]]` is list `i`. (The sparse-matrix people call it CSR.)
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Rows {
    /// Puts `items[i]` into list `keys[i]`, of `count` lists. A list keeps the order in which its items
    /// came.
    pub(super) fn group(
        count: usize,
        keys: impl Iterator<Item = u32> + Clone,
        items: impl Iterator<Item = u32>,
    ) -> Rows {
        let mut starts = vec![0_u32; count + 1];
        let mut total = 0;
        for key in keys.clone() {
            starts[key as usize + 1] += 1;
            total += 1;
        }
        for i in 0..count {
            starts[i + 1] += starts[i];
        }
        let mut free = starts.clone();
        let mut grouped = vec![0; total];
        for (key, item) in keys.zip(items) {
            let place = &mut free[key as usize];
            grouped[*place as usize] = item;
            *place += 1;
        }
        Rows { starts, items: grouped }
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Where list `i` lies among all items.
    pub(super) fn range(&self, i: u32) -> Range<usize> {
        self.starts[i as usize] as usize..self.starts[i as usize + 1] as usize
    }

    pub(super) fn row(&self, i: u32) -> &[u32] {
        &self.items[self.range(i)]
    }

    /// The items of all lists, one list after the other.
    pub(super) fn items(&self) -> &[u32] {
        &self.items
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;

    #[test]
    fn a_list_has_the_items_of_its_key_in_the_order_in_which_they_came() {
        let keys = [2, 0, 2, 2, 0];
        let rows = Rows::group(4, keys.into_iter(), 10..15);
        let lists: Vec<&[u32]> = (0..4).map(|i| rows.row(i)).collect();
        assert_eq!(lists, [&[11, 14][..], &[], &[10, 12, 13], &[]]);
        assert_eq!((rows.len(), rows.range(2)), (4, 2..5));
    }
}
